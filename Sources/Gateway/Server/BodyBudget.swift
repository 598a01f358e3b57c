import NIOConcurrencyHelpers

/// Counts the request bodies that all connections hold together.
final class BodyBudget: Sendable {
    private let limit: Int
    private let held = NIOLockedValueBox(0)

    init(limit: Int) { self.limit = limit }

    /// Bytes held now.
    var heldBytes: Int { held.withLockedValue { $0 } }

    /// One body's share; it is given back when the last reference goes.
    final class Share {
        private let budget: BodyBudget
        private var bytes = 0

        init(_ budget: BodyBudget) { self.budget = budget }

        /// Whether that many more bytes may be held; if so they count from now.
        func grow(by more: Int) -> Bool {
            let fits = budget.held.withLockedValue { held in
                guard held + more <= budget.limit else { return false }
                held += more
                return true
            }
            if fits { bytes += more }
            return fits
        }

        deinit {
            let bytes = bytes
            budget.held.withLockedValue { $0 -= bytes }
        }
    }
}
