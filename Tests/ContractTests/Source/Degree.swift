/// A degree of the first test person, as rows of the source.
struct Degree: Sendable {
    var obtained = "2015-06-15"
    /// The day on which the diploma was handed out, as SQL.
    var diploma = "\(Day.today) - 1"
    var isManuallyInvalid = false
    /// Whether RES-100 is a part of it.
    var hasCourse = true

    /// Kept under 203, earned at 216.
    var insert: String {
        var script = """
            INSERT INTO fs.oppnadd_grad_prot (institusjonsnr, gradkode, fodselsdato, personnr, dato_oppnaelse,
                institusjonsnr_original, dato_utlev_vitn, status_manuelt_ugyldig)
            VALUES (203, 'BACHELOR', 15361, 12185, '\(obtained)', 216, \(diploma), '\(isManuallyInvalid ? "J" : "N")');
            """
        if hasCourse {
            script += """
                INSERT INTO fs.emne_i_grad_prot (fodselsdato, personnr, institusjonsnr, emnekode, versjonskode,
                    vurdkombkode, arstall, vurdtidkode, institusjonsnr_grad, gradkode, dato_oppnaelse)
                VALUES (15361, 12185, 216, 'RES-100', '1', '1', 2014, 'HØST', 203, 'BACHELOR', '\(obtained)');
                """
        }
        return script
    }
}
