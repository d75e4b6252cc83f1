//! One value per customer of a shard, in pieces that never move.

/// Values of one piece. Small, as most shards of a small state hold few customers; and a
/// column that grows by pieces neither copies what it has nor leaves behind old memory,
/// which cost an eighth of the whole time when shards were plain vectors.
const PIECE: usize = 256;

/// Values by the place of their customer; the default until written.
pub(crate) struct Column<T> {
    pieces: Vec<Box<[T; PIECE]>>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { pieces: Vec::new() }
    }
}

impl<T: Copy + Default> Column<T> {
    /// The value at a place.
    #[inline]
    pub(crate) fn get(&self, place: u32) -> T {
        self.get_ref(place).copied().unwrap_or_default()
    }

    /// The value at a place, if its piece was written to.
    #[inline]
    pub(crate) fn get_ref(&self, place: u32) -> Option<&T> {
        let place = place as usize;
        self.pieces.get(place / PIECE).map(|piece| &piece[place % PIECE])
    }

    /// The value at a place, to be changed.
    #[inline]
    pub(crate) fn get_mut(&mut self, place: u32) -> &mut T {
        let place = place as usize;
        if self.pieces.len() <= place / PIECE {
            self.grow(place / PIECE + 1);
        }
        &mut self.pieces[place / PIECE][place % PIECE]
    }

    #[cold]
    fn grow(&mut self, n_pieces: usize) {
        self.pieces.resize_with(n_pieces, || Box::new([T::default(); PIECE]));
    }

    /// The values in the order of their places, up to the end of the last piece.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }
}
