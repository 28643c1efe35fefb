import Tensors
import Testing

@testable import Networks

/// The counts of SPRINT's own classes, by their vocabularies of 2,417 words, and of 2,234 in BOSS.
@Suite struct ParameterCountTests {
    private static func layouts(_ preset: NetworkShape.Preset, channels: Int, vocabulary: Int)
        -> (policy: ParameterLayout, critic: ParameterLayout)
    {
        let shape = NetworkShape(preset, features: .float(channels: channels), vocabularySize: vocabulary)
        var (policy, critic) = (ParameterLayout(), ParameterLayout())
        _ = Policy(shape, &policy)
        _ = Critic(shape, &critic)
        return (policy, critic)
    }

    private static func count(_ layout: ParameterLayout, _ prefix: String) -> Int {
        layout.parameters.reduce(0) { $0 + ($1.name.hasPrefix(prefix) ? $1.count : 0) }
    }

    @Test(arguments: [(2417, 21_824_722, 22_523_331), (2234, 21_684_178, 22_382_787)])
    func sprint(vocabulary: Int, ofPolicy: Int, ofCritic: Int) {
        let (policy, critic) = Self.layouts(.sprint, channels: 512, vocabulary: vocabulary)
        #expect(policy.parameterCount == ofPolicy)
        #expect(critic.parameterCount == ofCritic)
    }

    @Test func pieces() {
        let (policy, critic) = Self.layouts(.sprint, channels: 512, vocabulary: 2417)
        for (layout, name) in [(policy, "policy"), (critic, "critic")] {
            for layer in ["text.layers.0", "text.layers.1", "layers.0", "layers.1"] {
                #expect(Self.count(layout, "\(name).\(layer).") == 3_546_624, "\(name).\(layer)")
            }
            #expect(Self.count(layout, "\(name).frames.") == 2_557_632)
            #expect(Self.count(layout, "\(name).text.words") == 1_856_256)
            #expect(Self.count(layout, "\(name).actions") == 13 * 768)
        }
        #expect(Self.count(policy, "policy.object_frames.") == 2_557_632)
        for head in ["q1", "q2", "v"] { #expect(Self.count(critic, "critic.\(head).") == 888_577, "\(head)") }
        #expect(Self.count(critic, "critic.objects") == 83 * 768)
        #expect(Self.count(critic, "critic.pair.") == 768 * (2 * 768 + 1))
    }

    /// Heads divide the width, values do not overlap, and the biases that get no gradient are the keys'.
    @Test(arguments: NetworkShape.Preset.allCases)
    func layout(preset: NetworkShape.Preset) {
        let shape = NetworkShape(preset, features: .patches, vocabularySize: 100)
        #expect(shape.width % shape.heads == 0)
        for layout in [Self.layouts(preset, channels: 192, vocabulary: 100)].flatMap({ [$0.policy, $0.critic] }) {
            for (list, end) in [(layout.parameters, layout.valueCount), (layout.buffers, layout.bufferCount)] {
                #expect(Set(list.map(\.name)).count == list.count)
                let areApart = zip(list, list.dropFirst()).allSatisfy { $0.offset + $0.count <= $1.offset }
                #expect(areApart)
                #expect(list.allSatisfy { $0.offset >= 0 && $0.offset + $0.count <= end })
            }
        }
        var layout = ParameterLayout()
        let policy = Policy(shape, &layout)
        let inputs = layout.parameters.filter { $0.name.hasSuffix("attention.in.bias") }
        #expect(inputs.count == shape.textLayers + shape.jointLayers)
        #expect(Set(policy.constantBiases.map(\.offset)) == Set(inputs.map { $0.offset + shape.width }))
        #expect(policy.constantBiases.allSatisfy { $0.count == shape.width })
    }
}
