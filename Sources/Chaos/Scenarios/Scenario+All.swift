extension Scenario {
    /// In the order in which they are played.
    static let all: [Scenario] = [
        kill, ownRestart, ownTerminate, ownFailover,
        stale, workers, stop, newOrders, defaultLease,
        refused, hostUnknown, silent, blackHole, halfOpen, cutMidRow, delay,
        tlsRequired, wrongCertificate, wrongPassword, databaseMissing, denied, tooManyConnections,
        contractMissing, contractVersion, tooSlow, recovery, shutdown, diskFull,
        tooLarge, badData, poison, manyFaults, partition, dark,
    ]
}
