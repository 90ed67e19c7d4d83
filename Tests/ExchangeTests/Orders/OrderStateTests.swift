import Exchange
import Testing

struct OrderStateTests {
    /// Every transition there is; what is not here is refused.
    static let allowed: [OrderState: Set<OrderState>] = [
        .ordered: [.fetching, .held, .refused, .cancelled],
        .fetching: [.ordered, .awaitingRetry, .held, .completed, .refused],
        .awaitingRetry: [.ordered, .fetching, .held, .refused, .cancelled],
        .held: [.ordered, .awaitingRetry, .cancelled],
        .completed: [.ordered],
        .refused: [.ordered],
        .cancelled: [.ordered],
    ]

    @Test("An order goes from state to state as drawn, and no other way", arguments: OrderState.allCases)
    func transitions(_ state: OrderState) throws {
        let expected = try #require(Self.allowed[state])
        for next in OrderState.allCases {
            #expect(state.mayBecome(next) == expected.contains(next), "\(state) to \(next)")
        }
    }

    @Test("Only what is ordered or awaits a retry can be taken by a worker")
    func claiming() {
        #expect(OrderState.allCases.filter { $0.mayBecome(.fetching) } == [.ordered, .awaitingRetry])
    }

    @Test("A leased order cannot be cancelled under its worker")
    func leased() {
        #expect(!OrderState.fetching.mayBecome(.cancelled))
    }

    @Test("Every state leads back to one in which something is done, so that no order is lost")
    func nothingIsFinal() {
        for state in OrderState.allCases {
            #expect(!state.successors.isEmpty)
            #expect(state.isOpen || state.successors == [.ordered])
        }
    }

    @Test("States are open or closed, and their texts are those of the column")
    func texts() {
        #expect(OrderState.allCases.filter(\.isOpen) == [.ordered, .fetching, .awaitingRetry, .held])
        #expect(
            OrderState.allCases.map(\.rawValue)
                == ["ordered", "fetching", "awaiting_retry", "held", "completed", "refused", "cancelled"])
        #expect(Purpose.allCases.map(\.rawValue) == ["approval_case", "external_study", "application"])
    }
}
