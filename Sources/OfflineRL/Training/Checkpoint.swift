internal import Ground
internal import Exchange
internal import Foundation
package import Networks
internal import Tensors

/// A folder with a learner's whole state: `model.safetensors` with weights, target and running moments,
/// `optimizer.safetensors` with AdamW's moments, `checkpoint.json`, and `SHA256SUMS` over the three, for `sha256sum
/// -c`.
///
/// The folder is made under another name and renamed when all of it is durable: there are whole checkpoints only.
package struct Checkpoint: Sendable {
    /// Weights, target and running moments.
    static let modelFile = "model.safetensors"
    /// AdamW's moments.
    static let optimizerFile = "optimizer.safetensors"
    /// Everything but the numbers of the tensors.
    static let descriptionFile = "checkpoint.json"
    /// Hashes of the three, as `sha256sum` writes them.
    static let sumsFile = "SHA256SUMS"

    /// The folder.
    package let path: String
    /// What `checkpoint.json` says.
    package let description: CheckpointDescription
    /// SHA-256 of the files, as hexadecimal digits, by name.
    package let sums: [String: String]

    /// Reads the description and compares the files with its hashes.
    ///
    /// - Throws: ``CheckpointError``.
    package init(_ path: String) throws {
        self.path = path
        let file = path + "/" + Self.descriptionFile
        guard let data = FileManager.default.contents(atPath: file),
            let list = FileManager.default.contents(atPath: path + "/" + Self.sumsFile)
        else {
            throw CheckpointError(.missing, "there is no whole checkpoint", path: path)
        }
        var sums: [String: String] = [:]
        for line in String(decoding: list, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2 { sums[String(parts[1])] = String(parts[0]) }
        }
        guard Set(sums.keys) == [Self.modelFile, Self.optimizerFile, Self.descriptionFile] else {
            throw CheckpointError(.damaged, "does not name a checkpoint's files", path: path + "/" + Self.sumsFile)
        }
        for (name, expected) in sums.sorted(by: { $0.key < $1.key }) {
            let path = path + "/" + name
            guard let hash = Self.sha256(path) else { throw CheckpointError(.damaged, "cannot be read", path: path) }
            guard hash == expected else {
                throw CheckpointError(
                    .damaged, "does not have the contents it was saved with; remove the checkpoint's folder", path: path
                )
            }
        }
        self.sums = sums
        struct Version: Decodable { var version: Int }
        guard let version = try? JSONDecoder().decode(Version.self, from: data).version else {
            throw CheckpointError(.damaged, "is not a checkpoint's description", path: file)
        }
        guard version == CheckpointDescription.currentVersion else {
            throw CheckpointError(
                .mismatch, "has version \(version); this program reads \(CheckpointDescription.currentVersion)",
                path: file)
        }
        do {
            description = try JSONDecoder().decode(CheckpointDescription.self, from: data)
        } catch {
            throw CheckpointError(.damaged, "is not a checkpoint's description", path: file)
        }
    }

    /// Of the weights' file, 32 bytes.
    package var modelSHA256: [UInt8] { sums[Self.modelFile].flatMap { [UInt8](hex: $0) } ?? [] }

    private static func sha256(_ path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        var hash = SHA256()
        while let data = try? file.read(upToCount: 1 << 20), !data.isEmpty { hash.update(data: data) }
        return hash.finalize().hex
    }

    /// The networks' sizes.
    ///
    /// - Throws: ``CheckpointError`` where they are not those of a network.
    package func shape() throws -> NetworkShape {
        let network = description.network
        guard let preset = NetworkShape.Preset(rawValue: network.preset),
            let features = FeatureFormat(name: network.features),
            (1...65_536).contains(network.width), (1...network.width).contains(network.heads),
            network.width % network.heads == 0, (0...64).contains(network.textLayers),
            (1...64).contains(network.jointLayers), (1...65_536).contains(network.channels1),
            (1...65_536).contains(network.channels2), network.dropout >= 0, network.dropout < 1
        else { throw CheckpointError(.damaged, "describes no network", path: path + "/" + Self.descriptionFile) }
        var shape = NetworkShape(preset, features: features, vocabularySize: description.vocabulary.count)
        shape.width = network.width
        shape.heads = network.heads
        shape.textLayers = network.textLayers
        shape.jointLayers = network.jointLayers
        shape.channels1 = network.channels1
        shape.channels2 = network.channels2
        shape.dropout = network.dropout
        return shape
    }

    // MARK: Writing

    /// Writes the learner's state to the folder `path`, which appears when it is complete.
    package static func write(_ learner: Learner, _ description: CheckpointDescription, to path: String) throws {
        do {
            let folder = try AtomicFolder(path)
            let partial = folder.partialPath
            let model = try write(learner.modelTensors, to: partial + "/" + modelFile, step: description.step)
            let optimizer = try write(
                learner.optimizerTensors, to: partial + "/" + optimizerFile, step: description.step)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let json = try encoder.encode(description)
            try AtomicFile.write(Array(json), to: partial + "/" + descriptionFile)
            let sums = [
                (SHA256.hash(data: json).hex, descriptionFile), (model, modelFile), (optimizer, optimizerFile),
            ]
            try AtomicFile.write(
                Array(sums.map { "\($0.0)  \($0.1)\n" }.joined().utf8), to: partial + "/" + sumsFile)
            // A checkpoint of this step can only be there when a later one was damaged and the run went back before it.
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            try folder.finish()
        } catch {
            throw CheckpointError(.unwritable, "cannot write the checkpoint: \(error)", path: path)
        }
    }

    private static func write(_ tensors: [StoredTensor], to path: String, step: Int) throws -> String {
        let places = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
        let hash = try SafetensorsWriter.write(
            path, tensors: tensors.map { SafetensorsTensor($0.name, shape: $0.shape) },
            metadata: ["format": "rgvlm", "step": String(step)]
        ) { tensor, append in
            guard let place = places[tensor.name] else { return }
            let values = place.store.read(place.pointer, count: tensor.count)
            try values.withUnsafeBytes(append)
        }
        return hash.hex
    }

    // MARK: Reading

    /// Puts the state into a learner of the same sizes.
    ///
    /// - Parameter withOptimizer: False for a learner that only acts.
    /// - Throws: ``CheckpointError``; the learner is then half loaded and must not be used.
    package func load(into learner: Learner, withOptimizer: Bool = true) throws {
        do {
            try load(learner.modelTensors, from: path + "/" + Self.modelFile)
            if withOptimizer { try load(learner.optimizerTensors, from: path + "/" + Self.optimizerFile) }
        } catch let error as ExchangeError {
            throw CheckpointError(
                error.code == .mismatch ? .mismatch : .damaged, error.description, path: path)
        }
        for store in [learner.policyParameters, learner.criticParameters].compactMap({ $0 }) {
            store.step = description.step
            store.refreshHalves()
        }
    }

    /// Puts the policy's weights and running moments into a learner that may have a critic of its own. Nothing else of
    /// it changes: it has made no update.
    ///
    /// - Throws: ``CheckpointError``; the learner is then half loaded and must not be used.
    func loadPolicy(into learner: Learner) throws {
        do {
            try load(learner.policyTensors, from: path + "/" + Self.modelFile)
        } catch let error as ExchangeError {
            throw CheckpointError(
                error.code == .mismatch ? .mismatch : .damaged, error.description, path: path)
        }
        learner.policyParameters.refreshHalves()
    }

    private func load(_ tensors: [StoredTensor], from path: String) throws {
        let file = try SafetensorsFile(path)
        let known = Set(tensors.map(\.name))
        for tensor in file.tensors where !known.contains(tensor.name) {
            throw CheckpointError(.mismatch, "has a tensor \"\(tensor.name)\" that this network has not", path: path)
        }
        for tensor in tensors {
            var values = [Float](repeating: 0, count: tensor.shape.reduce(1, *))
            try values.withUnsafeMutableBufferPointer { try file.read(tensor.name, shape: tensor.shape, into: $0) }
            tensor.store.write(values, to: tensor.pointer)
        }
    }
}

/// A tensor of a checkpoint and where a learner has it.
struct StoredTensor {
    let name: String
    let shape: [Int]
    let store: ParameterStore
    let pointer: UnsafeMutablePointer<Float>
}

extension Learner {
    private var stores: [ParameterStore] { [policyParameters, criticParameters].compactMap { $0 } }

    /// Weights, running moments, and the target's as `target.` with the critic's names.
    var modelTensors: [StoredTensor] { Self.modelTensors(of: stores) }

    /// Those of the policy.
    var policyTensors: [StoredTensor] { Self.modelTensors(of: [policyParameters]) }

    private static func modelTensors(of stores: [ParameterStore]) -> [StoredTensor] {
        var tensors: [StoredTensor] = []
        for store in stores {
            for (list, values, target) in [
                (store.layout.parameters, store.values, store.target),
                (store.layout.buffers, store.buffers, store.targetBuffers),
            ] {
                for entry in list {
                    tensors.append(
                        StoredTensor(name: entry.name, shape: entry.shape, store: store, pointer: values + entry.offset)
                    )
                    guard let target else { continue }
                    tensors.append(
                        StoredTensor(
                            name: "target." + entry.name, shape: entry.shape, store: store,
                            pointer: target + entry.offset
                        ))
                }
            }
        }
        return tensors
    }

    /// AdamW's moments as `moment1.` and `moment2.`.
    var optimizerTensors: [StoredTensor] {
        stores.flatMap { store in
            store.layout.parameters.flatMap { entry in
                [("moment1.", store.moment1), ("moment2.", store.moment2)].map { prefix, pointer in
                    StoredTensor(
                        name: prefix + entry.name, shape: entry.shape, store: store, pointer: pointer + entry.offset)
                }
            }
        }
    }
}
