import ArgumentParser

@main struct Sluice: ParsableCommand { static let configuration = CommandConfiguration(commandName: "sluice") }
