import Glibc

extension ProgramConfiguration {
    /// Secrets that stand in a file which everybody on the machine may read.
    func exposures(keys: [KeyDefinition] = Key.all) -> [ConfigurationError.Problem] {
        guard let file else { return [] }
        var status = stat()
        guard stat(place.path, &status) == 0, status.st_mode & S_IROTH != 0 else { return [] }
        return keys.filter(\.isSecret).compactMap { key in
            file.line(of: key).map { line in
                .init(
                    place: "\(place.path), line \(line)",
                    sentence: "\(key.name) is a secret, and everybody may read the file: chmod 0640 \(place.path)")
            }
        }
    }
}
