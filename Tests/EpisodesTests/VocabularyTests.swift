import Testing

@testable import Episodes

@Suite struct VocabularyTests {
    @Test func actionsHaveSPRINTsIds() {
        #expect(
            Action.allCases.map { "\($0.rawValue) \($0.name)" } == [
                "1 LookDown", "2 MoveAhead", "3 RotateLeft", "4 Pickup", "5 Slice", "6 LookUp", "7 RotateRight",
                "8 Open", "9 Put", "10 Close", "11 ToggleOn", "12 ToggleOff",
            ])
        #expect(Action.allCases.filter(\.isInteraction).map(\.rawValue) == [4, 5, 8, 9, 10, 11, 12])
        #expect(Action.idCount == 13)
        #expect(Set(Action.navigation + Action.interactions).count == 12)
        #expect(Action.allCases.allSatisfy { $0.isInteraction == Action.interactions.contains($0) })
    }

    @Test func thereAre82ObjectClasses() throws {
        #expect(ObjectClass.idCount == 82)
        #expect(Set(ObjectClass.names).count == 82)
        #expect(ObjectClass.names.first == "None" && ObjectClass.names.last == "WineBottle")
        for id in 0..<82 { #expect(try #require(ObjectClass(name: ObjectClass.names[id])).id == UInt8(id)) }
        #expect(ObjectClass(id: 82) == nil && ObjectClass(id: -1) == nil && ObjectClass(id: 2)?.name == "Apple")
    }

    /// Slices count as the whole, basins as their sink or bathtub.
    @Test(arguments: [
        ("Apple|+00.93|+01.15|-01.02|AppleSliced_2", "Apple"), ("Sink|+00.00|+00.89|-01.44|SinkBasin", "Sink"),
        ("Bathtub|1|2|3|BathtubBasin", "Bathtub"), ("Pot|1|2|3", "Pot"), ("Potato|1|2|3", "Potato"),
    ])
    func classesOfIds(_ id: String, _ name: String) {
        #expect(ObjectClass(objectID: id)?.name == name)
    }

    @Test func unknownClassesHaveNone() {
        #expect(ObjectClass(objectID: "Curtains|1|2|3") == nil)
        #expect(ObjectClass(objectID: "") == nil)
    }
}
