import CLibpq

/// Memory for what is as large as a question or an answer.
package enum LargeBlocks {
    /// Has it given back to the system whenever it is freed.
    ///
    /// glibc does so until the first one is freed; after that it takes blocks of that size from its heaps, which keep the
    /// gaps between them (mallopt(3), `M_MMAP_THRESHOLD`).
    package static func giveBack() { resutveksl_give_back_blocks(128 * 1024) }
}
