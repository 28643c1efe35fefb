/// `splits/oct21.json`: the benchmark's samples, each a trajectory and one of its annotations.
package struct Splits: Sendable, Equatable {
    /// One annotation of one trajectory.
    package struct Sample: Sendable, Hashable {
        /// `<task>/<trial>`; for the test splits `<trial>` alone.
        package var task: String
        /// Index of the annotation.
        package var repeatIndex: Int

        package init(task: String, repeatIndex: Int) {
            self.task = task
            self.repeatIndex = repeatIndex
        }
    }

    /// Largest splits file that is read. The release's has 3 MB.
    package static let byteLimit = 64 << 20

    /// By the split's name, in the file's order.
    package var samples: [String: [Sample]]

    package init(samples: [String: [Sample]]) { self.samples = samples }

    /// Reads `oct21.json` and its like.
    package init(_ file: FileBytes, reader: JSONReader) throws(ALFREDError) {
        samples = try reader.withRoot(of: file) { root throws(ALFREDError) in
            var samples: [String: [Sample]] = [:]
            try root.forEachMember { name, list throws(ALFREDError) in
                samples[try name.string()] = try list.map { entry throws(ALFREDError) in
                    let repeatIndex = try entry.require("repeat_idx")
                    guard try repeatIndex.int() >= 0 else { throw repeatIndex.invalid("expected 0 or more") }
                    return Sample(task: try entry.require("task").string(), repeatIndex: try repeatIndex.int())
                }
            }
            return samples
        }
    }

    /// Reads the file at a path.
    package init(contentsOf path: String) throws(ALFREDError) {
        let file = FileBytes()
        do {
            try file.load(path, limit: Self.byteLimit)
            self = try Splits(file, reader: JSONReader())
        } catch {
            throw error.inFile(path)
        }
    }

    /// The file's bytes in the release's layout.
    package func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            for (name, list) in samples {
                root.set(name) { writer in
                    writer.array(list) { writer, sample in
                        writer.object {
                            $0.set("repeat_idx", sample.repeatIndex)
                            $0.set("task", sample.task)
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    /// Annotation indices by trajectory of one split.
    package func repeatIndices(of split: String) -> [String: Set<Int>] {
        var indices: [String: Set<Int>] = [:]
        for sample in samples[split] ?? [] { indices[sample.task, default: []].insert(sample.repeatIndex) }
        return indices
    }
}
