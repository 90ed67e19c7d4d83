extension ConnectionString {
    /// The same string, unless it would have a password sent to another server than the one that it is kept for.
    ///
    /// Connection strings of sources stand in a table. Whoever can write there, and has no access to the machine, must not be
    /// able to have a worker send a password to a server of their choice. The service file and the password file know
    /// passwords by service and by host, so that an address that replaces the host is refused beside either, unless the server has to prove
    /// that it is that host (`sslmode=verify-full`).
    ///
    /// - Throws: `PostgresError` with code `configuration` that says what to take out.
    package func keepingSecrets() throws(PostgresError) -> ConnectionString {
        let settings = self.settings
        if settings["service"] != nil,
            let place = ["host", "hostaddr", "port"].first(where: { settings[$0] != nil })
        {
            throw PostgresError(
                .configuration, phase: .configure,
                message:
                    "the connection string has a \(place) beside a service, whose password would be sent there: put the "
                    + "\(place) into the service file")
        }
        if settings["host"] != nil, settings["hostaddr"] != nil, settings["sslmode"] != "verify-full" {
            throw PostgresError(
                .configuration, phase: .configure,
                message:
                    "the connection string has a hostaddr beside a host, whose password would be sent there: give one of "
                    + "them, or sslmode=verify-full")
        }
        return self
    }
}
