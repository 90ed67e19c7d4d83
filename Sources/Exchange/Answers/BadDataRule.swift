/// The rules that a source's answer about a person must keep; the raw values go into logs and the transfer log.
package enum BadDataRule: String, Hashable, Sendable, CaseIterable {
    // Who is answered about
    case notAsked = "not_asked"
    case numberNotAsked = "number_not_asked"
    case answeredTwice = "answered_twice"
    case twoPersons = "two_persons"
    case resultWithoutPerson = "result_without_person"

    // What the answer says
    case unknownVerdict = "unknown_verdict"
    case answeredAgainstRefusal = "answered_against_refusal"
    case fingerprintMalformed = "fingerprint_malformed"
    case unchangedWithoutFingerprint = "unchanged_without_fingerprint"
    case wrongCount = "wrong_count"
    case resultNotAnnounced = "result_not_announced"

    // Each result
    case institutionNotAnsweredFor = "institution_not_answered_for"
    case fieldMissing = "field_missing"
    case textTooLong = "text_too_long"
    case controlCharacter = "control_character"
    case unknownCategory = "unknown_category"
    case unknownTerm = "unknown_term"
    case creditsOutOfRange = "credits_out_of_range"
    case gradeOutsideRule = "grade_outside_rule"
    case failedResult = "failed_result"
    case dateOutOfRange = "date_out_of_range"

    // The results together
    case duplicateKey = "duplicate_key"
    case partOfMissing = "part_of_missing"
    case partOfNotQualification = "part_of_not_qualification"

    /// A sentence for the log and for whoever asks the source to mend it.
    package var sentence: String {
        switch self {
        case .notAsked: "The source answered about somebody who was not asked about; it was thrown away."
        case .numberNotAsked: "The source answered under a person number that was not asked by; it was thrown away."
        case .answeredTwice:
            "The source answered about the same number more than once: it may belong to two persons there."
        case .twoPersons:
            "The source has two persons under this person's numbers: which of them is meant, only it can tell."
        case .resultWithoutPerson: "The source sent a result before or without the row of its person."
        case .unknownVerdict: "The source gave a verdict about a person that the contract does not have."
        case .answeredAgainstRefusal: "The source answered about a person who had refused, as it was told."
        case .fingerprintMalformed: "The fingerprint of the answer is not 32 hexadecimal digits."
        case .unchangedWithoutFingerprint: "The source answered 'unchanged' to a fingerprint that it was not sent."
        case .wrongCount: "The number of results does not agree with what the source announced."
        case .resultNotAnnounced: "The source sent a result though its verdict about the person sends none."
        case .institutionNotAnsweredFor: "A result was earned at an institution that the source does not answer for."
        case .fieldMissing: "A result lacks something that every result has: its key, category, code or institution."
        case .textTooLong: "A text in a result is longer than the contract allows."
        case .controlCharacter: "A text in a result has a control character in it."
        case .unknownCategory: "A result has a category that the contract does not have."
        case .unknownTerm: "A result has a term that does not exist, or a year outside 1800 to 2200."
        case .creditsOutOfRange: "The credits of a result are no number from 0 to 1000 with at most two decimals."
        case .gradeOutsideRule: "A result has a grade that its grading rule does not have."
        case .failedResult: "A result that is not passed was sent as passed."
        case .dateOutOfRange: "A result has a date outside the years 1800 to 2200."
        case .duplicateKey: "Two results of the person have the same key."
        case .partOfMissing: "A result is part of a qualification that was not sent."
        case .partOfNotQualification: "A result is part of something that is not a qualification, or is one itself."
        }
    }
}
