/// The categories of results in *Person eksternstudium*; the raw values are FS's words.
///
/// The contract sends courses and qualifications; the others are reserved in it, and are entered by hand.
package enum ResultCategory: String, Hashable, Sendable, CaseIterable {
    case partStudies = "Delstudier"
    case course = "Emne"
    case courseGroup = "Emnesamling"
    case qualification = "Kvalifikasjon"
    case practice = "Praksis"
}
