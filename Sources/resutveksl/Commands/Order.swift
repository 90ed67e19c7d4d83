import ArgumentParser

struct Order: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Orders of \"Hent ekstern norsk utdanning\".",
        subcommands: [
            OrderPlace.self, OrderList.self, OrderShow.self, OrderCancel.self, OrderHold.self, OrderRelease.self,
            OrderRequeue.self,
        ])
}
