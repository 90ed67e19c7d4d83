/// Calls `body` with C strings that live as long as the call.
func withCStrings<Result>(
    _ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Result
) -> Result {
    // One block for all: a set of 500 persons is a handful of long array texts, not thousands of small ones.
    let total = texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) + 1 }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: total) { buffer in
        var offset = 0
        var pointers: [UnsafePointer<CChar>?] = []
        pointers.reserveCapacity(texts.count)
        for text in texts {
            guard let text, let base = buffer.baseAddress else {
                pointers.append(nil)
                continue
            }
            pointers.append(UnsafePointer(base + offset))
            for byte in text.utf8 {
                buffer[offset] = CChar(bitPattern: byte)
                offset += 1
            }
            buffer[offset] = 0
            offset += 1
        }
        return body(pointers)
    }
}
