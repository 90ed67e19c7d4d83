import Glibc

/// Who waits at an event loop, column by column: what poll(2) takes is a column that is copied as it is.
struct Waiters {
    private(set) var ids: [UInt64] = []
    private(set) var descriptors: [pollfd] = []
    private var deadlines: [ContinuousClock.Instant?] = []
    private var continuations: [CheckedContinuation<EventLoop.Readiness, Never>] = []

    /// The first deadline that passes.
    var earliest: ContinuousClock.Instant? {
        var earliest: ContinuousClock.Instant?
        for case let deadline? in deadlines where earliest.map({ deadline < $0 }) ?? true { earliest = deadline }
        return earliest
    }

    mutating func add(
        _ id: UInt64, _ descriptor: Int32, _ interest: EventLoop.Interest, until deadline: ContinuousClock.Instant?,
        _ continuation: CheckedContinuation<EventLoop.Readiness, Never>
    ) {
        ids.append(id)
        descriptors.append(pollfd(fd: descriptor, events: interest.rawValue, revents: 0))
        deadlines.append(deadline)
        continuations.append(continuation)
    }

    /// - Parameter place: where it stood, if nobody has left since.
    /// - Returns: nil when it has gone already.
    mutating func remove(_ id: UInt64, near place: Int?) -> CheckedContinuation<EventLoop.Readiness, Never>? {
        if let place, place < ids.count, ids[place] == id { return remove(at: place) }
        return ids.firstIndex(of: id).map { remove(at: $0) }
    }

    /// Removes those whose deadline has passed, those who came first first.
    mutating func removeLate(_ now: ContinuousClock.Instant) -> [CheckedContinuation<EventLoop.Readiness, Never>] {
        let late = deadlines.indices.filter { place in deadlines[place].map { $0 <= now } ?? false }
        let byAge = late.sorted { ids[$0] < ids[$1] }.map { continuations[$0] }
        for place in late.reversed() { _ = remove(at: place) }
        return byAge
    }

    /// The last one takes its place.
    private mutating func remove(at place: Int) -> CheckedContinuation<EventLoop.Readiness, Never> {
        ids.swapAt(place, ids.count - 1)
        descriptors.swapAt(place, descriptors.count - 1)
        deadlines.swapAt(place, deadlines.count - 1)
        continuations.swapAt(place, continuations.count - 1)
        ids.removeLast()
        descriptors.removeLast()
        deadlines.removeLast()
        return continuations.removeLast()
    }
}
