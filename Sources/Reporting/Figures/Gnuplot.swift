internal import Foundation

/// Runs gnuplot on a script of ours, with data files in a temporary folder.
struct Gnuplot: Sendable {
    let path: String

    /// What went wrong, in words.
    struct Failure: Error, Sendable, CustomStringConvertible {
        var description: String
    }

    /// - Parameter searchPath: Folders as in `PATH`.
    /// - Returns: Nil where there is no gnuplot.
    static func find(searchPath: String) -> Gnuplot? {
        for folder in searchPath.split(separator: ":") {
            let path = "\(folder)/gnuplot"
            var isFolder: ObjCBool = false
            let files = FileManager.default
            if files.isExecutableFile(atPath: path), files.fileExists(atPath: path, isDirectory: &isFolder),
                !isFolder.boolValue
            {
                return Gnuplot(path: path)
            }
        }
        return nil
    }

    /// Draws a figure.
    ///
    /// - Returns: The files it made, by the extension of their names.
    func draw(_ figure: Figure) throws -> [String: Data] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rgvlm-figure-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in figure.files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
        var made: [String: Data] = [:]
        for terminal in Terminal.all {
            let output = folder.appendingPathComponent("out.\(terminal.fileExtension)")
            var problem = ""
            for setting in terminal.settings(figure) {
                let script = "\(setting)\nset output 'out.\(terminal.fileExtension)'\n\(figure.script)\nunset output\n"
                try Data(script.utf8).write(to: folder.appendingPathComponent("script.gp"))
                problem = try run("script.gp", in: folder)
                let data = (try? Data(contentsOf: output)) ?? Data()
                if problem.isEmpty, !data.isEmpty {
                    made[terminal.fileExtension] = data
                    break
                }
            }
            guard made[terminal.fileExtension] != nil else {
                throw Failure(
                    description: "gnuplot could not draw \(figure.name).\(terminal.fileExtension): \(problem)")
            }
        }
        return made
    }

    /// What it prints on stderr, or why it did not end well; empty when it did.
    private func run(_ script: String, in folder: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        // Without the user's own settings.
        process.arguments = ["-d", script]
        process.currentDirectoryURL = folder
        var environment = ProcessInfo.processInfo.environment
        for name in ["GNUTERM", "GNUPLOT_LIB"] { environment[name] = nil }
        // Whatever the language of the machine, a decimal point is a point.
        environment["LC_ALL"] = "C.UTF-8"
        process.environment = environment
        let errors = folder.appendingPathComponent("errors.txt")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: errors.path)
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        guard ended.wait(timeout: .now() + 120) == .success else {
            process.terminate()
            return "it did not end within two minutes"
        }
        guard process.terminationStatus == 0 else {
            let text = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n").map { Plain.text(String($0)) }.filter { !$0.isEmpty }
            return lines.last ?? "exit code \(process.terminationStatus)"
        }
        return ""
    }

    private struct Terminal: Sendable {
        var fileExtension: String
        /// In order of preference. Fonts are generic families, which every system resolves.
        var settings: @Sendable (Figure) -> [String]

        static let all = [
            Terminal(fileExtension: "svg") {
                [
                    """
                    set terminal svg noenhanced size \($0.width),\($0.height) dynamic font 'sans-serif,13' linewidth \
                    1.3 dashlength 0.8
                    """
                ]
            },
            Terminal(fileExtension: "png") { figure in
                let size = "size \(figure.width * 2),\(figure.height * 2)"
                return [
                    """
                    set terminal pngcairo noenhanced \(size) font 'sans,10' fontscale 2 linewidth 2.6 dashlength 0.8 \
                    background 'white'
                    """,
                    "set terminal png noenhanced \(size) background 'white'",
                ]
            },
        ]
    }
}

/// A script and the data files it reads. Words from outside are in the data files only, as titles of columns.
struct Figure: Sendable {
    var name: String
    var width: Int
    var height: Int
    var script: String
    var files: [String: String]
    /// For readers who do not see it.
    var caption: String
}

extension Figure {
    /// A quoted title for a data file: letters with their marks and digits of all scripts stay. What gnuplot could take
    /// for more than text becomes a space.
    static func title(_ text: String) -> String {
        let allowed = text.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "+", "-", ".", ",", "(", ")", "/", ":", "=": Character(scalar)
            default:
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                    .nonspacingMark, .spacingMark, .decimalNumber:
                    Character(scalar)
                default: " "
                }
            }
        }
        return "\"\(String(allowed.prefix(52)))\""
    }

    static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "NaN" }
        return "\(value)"
    }
}
