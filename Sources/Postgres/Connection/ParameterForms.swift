/// Calls `body` with libpq's three views of parameters, values, lengths and formats, which live as long as the call.
func withForms<Result>(
    _ parameters: [Parameter], _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> Result
) -> Result {
    // One block for all: a set of persons is a handful of long arrays.
    let total = parameters.reduce(0) { $0 + $1.form.byteCount }
    return withUnsafeTemporaryAllocation(byteCount: total, alignment: 1) { buffer in
        var offset = 0
        var values: [UnsafePointer<CChar>?] = []
        var lengths: [Int32] = []
        var formats: [Int32] = []
        func here() -> UnsafePointer<CChar>? {
            buffer.baseAddress.map { UnsafeRawPointer($0 + offset).assumingMemoryBound(to: CChar.self) }
        }
        for parameter in parameters {
            switch parameter.form {
            case .null:
                values.append(nil)
                formats.append(0)
            case .text(let text):
                UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyBytes(from: text.utf8)
                buffer[offset + text.utf8.count] = 0
                values.append(here())
                formats.append(0)
            case .binary(let bytes, _):
                UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]).copyBytes(from: bytes)
                values.append(here())
                formats.append(1)
            }
            // Of texts libpq takes the length from their end.
            lengths.append(Int32(clamping: parameter.form.byteCount))
            offset += parameter.form.byteCount
        }
        return body(values, lengths, formats)
    }
}

extension ParameterForm {
    fileprivate var byteCount: Int {
        switch self {
        case .null: 0
        case .text(let text): text.utf8.count + 1
        case .binary(let bytes, _): bytes.count
        }
    }
}
