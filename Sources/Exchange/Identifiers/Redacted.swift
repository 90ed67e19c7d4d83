/// A value that shows only its `description`, however it is printed, dumped or reflected.
///
/// Swift prints a value that says nothing about itself by walking through its stored properties, also when it sits deep
/// inside another value that happens to be logged. A type that holds personal data conforms to this, so that no such walk
/// reaches what it stores: interpolation, `debugPrint`, `dump` and `Mirror` all stop at `description`.
package protocol Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacted {
    package var debugDescription: String { description }

    package var customMirror: Mirror {
        Mirror(self, unlabeledChildren: EmptyCollection<Any>())
    }
}
