/// Something about the roles in the own database that is not as it should be.
package struct RoleFault: Sendable {
    /// `worker`, `operator`, `PUBLIC`, …; nil when it is about all of them.
    package let role: String?
    /// A sentence: `lacks SELECT on resutveksl.orders`.
    package let sentence: String
}
