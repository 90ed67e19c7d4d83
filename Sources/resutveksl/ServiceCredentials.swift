import Glibc
import Postgres

/// The credentials that a service manager hands over: systemd's `LoadCredential=` (systemd.exec(5), CREDENTIALS_DIRECTORY).
///
/// They are files that only this service can read, for as long as it runs, so that passwords need not lie where the service's
/// user could read them at other times. Two names are known: `pgpass`, a password file, and `pg_service.conf`, a service file.
struct ServiceCredentials {
    /// Where libpq looks for each, and what the credential is called.
    private static let names = [("PGPASSFILE", "pgpass"), ("PGSERVICEFILE", "pg_service.conf")]

    /// What is to be set so that libpq finds the credentials: variable, and file.
    let files: [(variable: String, path: String)]

    /// What somebody has set by hand goes before a credential; a credential that was not handed over changes nothing.
    init(environment: [String: String], exists: (String) -> Bool) {
        guard let folder = environment["CREDENTIALS_DIRECTORY"], folder.hasPrefix("/") else {
            files = []
            return
        }
        files = Self.names.compactMap { variable, name in
            guard environment[variable, default: ""].isEmpty, exists("\(folder)/\(name)") else { return nil }
            return (variable, "\(folder)/\(name)")
        }
    }

    /// Makes libpq find the credentials of this process; called before anything else runs.
    ///
    /// - Throws: `CommandFailure` when a credential was handed over that cannot be read.
    static func adopt(environment: [String: String]) throws {
        let credentials = ServiceCredentials(environment: environment) { access($0, F_OK) == 0 }
        for (variable, path) in credentials.files { setenv(variable, try readable(path), 1) }
    }

    /// A place of the credential that libpq accepts.
    ///
    /// libpq ignores a password file whose group bits are set, and those of a credential can be: systemd lets the service's
    /// user read it by an access control list where the file system has those, and the list's mask shows as group bits.
    /// Such a file is copied to memory.
    private static func readable(_ path: String) throws -> String {
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else { throw failure(path, errno) }
        if status.st_mode & (S_IRWXG | S_IRWXO) == 0 { return path }
        do {
            return try MemoryFile(copying: path).path
        } catch {
            throw failure(path, error.rawValue)
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> CommandFailure {
        CommandFailure(
            code: ExitStatus.configuration,
            message: "the credential \(path) cannot be read: \(String(cString: strerror(code)))")
    }
}
