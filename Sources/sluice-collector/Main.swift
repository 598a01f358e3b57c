import ArgumentParser

@main struct SluiceCollector: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice-collector",
        abstract: "Takes the events of Sluice agents, keeps them, and shows them in a console.",
        subcommands: [ServeCommand.self])
}
