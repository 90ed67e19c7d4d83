import ArgumentParser

/// For commands that a script may read.
struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON instead of a table.")
    var isJSON = false
}
