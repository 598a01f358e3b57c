import ArgumentParser

@main struct SluiceCollector: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sluice-collector")
}
