//! Loops compiled for the widest registers that the processor has.

/// A loop over numbers that gains by wide registers. All that it calls has to be inlined, so it is
/// a type and no closure, which the compiler leaves outside of what it widens.
pub(crate) trait Loop {
    /// Runs the loop; to be marked `#[inline(always)]`.
    fn run(self);
}

/// Runs a loop compiled for the widest registers that the processor has; the order of its
/// operations, and so its digits, are the same for all.
pub(crate) fn wide(of: impl Loop) {
    struct Widened<L>(L);
    impl<L: Loop> pulp::NullaryFnOnce for Widened<L> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            self.0.run();
        }
    }
    pulp::Arch::new().dispatch(Widened(of));
}
