/// The routine's test persons, both at the source, with one passed course each.
enum TestPerson {
    /// RES-100 at 216, passed with B.
    static let first = "01536112185"
    /// RES-OAL at 214, passed with C.
    static let second = "19588312510"
    /// One digit beside the first: nobody.
    static let nobody = "01536112186"
}
