/// Messages that somebody may look for, each with an identifier that never changes.
///
/// The journal has it as MESSAGE_ID (sd-id128(3)), JSON lines as `message_id`: alerts hang on it, and not on the words.
/// `docs/logs.md` has them all, and tests compare it with this list and this list with the messages in the code.
enum KnownEvent: String, CaseIterable {
    case laneEnded = "lane ended"
    case runEnded = "run ended"
    case watching = "watching for orders"
    case sourceFailed = "a source could not be asked"
    case ordersGivenUp = "orders were given up: all their days are used up"
    case badData = "bad data in the source's answer"
    case personFailed = "the source cannot answer about one person"
    case laneNotEnded = "a lane could not be ended"
    case claimLost = "the claim is no longer held; what is left of it is another worker's"
    case claimNotHeld = "a claim is no longer held"
    case claimLostBeforeSettled = "a claim was lost before it was settled"
    case takenOver = "took over the orders of workers that had died"
    case ordersHeld = "orders are held, because several workers died over them"
    case databaseAway = "the own database is away; waiting for it"
    case databaseBack = "the own database is back"
    case notListening = "cannot listen for orders; looking for them only"
    case listeningAgain = "listening for orders again"
    case serverNotice = "notice from the server"
    case pingFailed = "a dead-man switch could not be told of this run"
    case metricsNotWritten = "metrics were not written"
    case metricsServed = "metrics are served"
    case metricsNotServed = "metrics cannot be served; trying again in half a minute"
    case noFigures = "the own database gave no figures"

    init?(_ message: String) { self.init(rawValue: message) }

    /// 32 hexadecimal digits.
    var identifier: String {
        switch self {
        case .laneEnded: "7971089fabf944db8a53a339a1a04b1a"
        case .runEnded: "68583f8bc92049a7b491da6764b15efd"
        case .watching: "5f347ed51392493cb6c5ca1b5af89afe"
        case .sourceFailed: "6541865d42094a4b872d75562e222236"
        case .ordersGivenUp: "f09f57cae3d347769ec556679ac0fe92"
        case .badData: "c8736e17d56f4586807e2298a5990a88"
        case .personFailed: "338ae08e156b44c487b297b9d27f1d79"
        case .laneNotEnded: "a96d915265f940f3bbc61a444b402d55"
        case .claimLost: "c9a9408294f7459baa36fe58368d9e85"
        case .claimNotHeld: "e9366249067347729b6eccc38da06efa"
        case .claimLostBeforeSettled: "46b81a0265c746fa9be3c3e09d0af3a1"
        case .takenOver: "845223c765b144f6b33817f81a22e1c3"
        case .ordersHeld: "cd45d495090e4009929c75d0f8bb038f"
        case .databaseAway: "0f21ce422ea042c883328728117eef70"
        case .databaseBack: "4351440e07e64adb86c98a4f048bf770"
        case .notListening: "f758c648a6cb42cd82d940185aa76478"
        case .listeningAgain: "281a52eed1144b9d81e930b99903004c"
        case .serverNotice: "89e70674a02941c1a58de2db8cd96bd1"
        case .pingFailed: "bd479f39429b4b1c9b13e7720a5cf5d1"
        case .metricsNotWritten: "902056d786024fb3a7f88b445bc0e962"
        case .metricsServed: "9cd347f3e49d46408926c60e61e1a192"
        case .metricsNotServed: "fbebe0b411b04efb915f6d629f599c5f"
        case .noFigures: "13f569b5b65d48dc85b0c174af0c95ab"
        }
    }
}
