import ALFRED
import Episodes
import Household
import Rooms
import Testing

@testable import Rooms

/// Floor plans made of known boxes, seen from known poses: what is estimated must be what was there.
@Suite struct FloorPlanEstimateTests {
    /// A room of 5 x 5 m with one table and a fridge.
    static let table = Bounds(min: SIMD3(-0.6, 0, 2.2), max: SIMD3(0.6, 0.75, 2.8))
    static let fridge = Bounds(min: SIMD3(2.2, 0, 0.1), max: SIMD3(2.9, 1.7, 0.9))
    static let tableID = "DiningTable|+00.00|+00.00|+02.50"
    static let fridgeID = "Fridge|+02.55|+00.00|+00.50"

    static var layout: FloorPlanLayout {
        FloorPlanLayout(
            reachable: (-6...7).flatMap { x in (-6...7).map { z in SIMD2(Double(x) / 4, Double(z) / 4) } })
    }

    /// The mask of a box seen without anything before it.
    static func mask(_ box: Bounds, _ pose: Household.AgentPose) -> Mask {
        let view = CameraView(pose, floorY: 0)
        return Mask(
            bitmap: (0..<90_000).map { pixel in
                box.entry(view.eye, view.ray(column: pixel % 300, row: pixel / 300)) != nil
            })
    }

    static func evidence() -> FloorPlanEvidence {
        var evidence = FloorPlanEvidence(sceneNumber: 1001)
        evidence.agentHeights = [0.901]
        func see(_ id: String, _ box: Bounds, _ poses: [Household.AgentPose], _ action: Action) {
            for pose in poses {
                let mask = mask(box, pose)
                guard let tight = mask.tightBox(), let type = ObjectType(objectID: id) else { continue }
                evidence.sightings.append(
                    .init(objectID: id, type: type, pose: pose, action: action, box: tight, mask: mask))
            }
        }
        see(
            tableID, table,
            [
                .init(x: 0, z: 5, heading: 0, horizon: 45), .init(x: -2, z: 5, heading: 0, horizon: 30),
                .init(x: 3, z: 7, heading: 0, horizon: 45), .init(x: 0, z: 3, heading: 0, horizon: 30),
            ], .put)
        see(
            fridgeID, fridge,
            [
                .init(x: 5, z: 2, heading: 1, horizon: 0), .init(x: 4, z: 3, heading: 1, horizon: 15),
                .init(x: 4, z: 0, heading: 1, horizon: 0), .init(x: 3, z: 2, heading: 1, horizon: 15),
            ], .open)
        return evidence
    }

    @Test func aKnownBoxIsRecoveredFromItsMasks() throws {
        let estimate = try FloorPlanEstimate(Self.evidence(), layout: Self.layout)
        for (id, truth) in [(Self.tableID, Self.table), (Self.fridgeID, Self.fridge)] {
            let found = try #require(estimate.furniture.first { $0.id == id })
            let (low, high) = (found.bounds.min - truth.min, found.bounds.max - truth.max)
            // What faces away from the agents is seen least.
            for axis in 0..<3 {
                #expect(abs(low[axis]) < 0.12, "\(id) \(found.bounds)")
                #expect(abs(high[axis]) < 0.12, "\(id) \(found.bounds)")
            }
        }
        let fridge = try #require(estimate.furniture.first { $0.id == Self.fridgeID })
        // Its front is towards the agents, at -x of it.
        #expect(fridge.yaw == 270)
        let interiors = fridge.surfaces.map { $0.isInterior }
        #expect(!interiors.isEmpty && !interiors.contains(false))
    }

    @Test func furnitureStaysOutOfTheCellsWhereAgentsStand() throws {
        let estimate = try FloorPlanEstimate(Self.evidence(), layout: Self.layout)
        for furniture in estimate.furniture {
            for cell in estimate.cells {
                let distance = furniture.bounds.horizontalDistance(x: Float(cell.x) / 4, z: Float(cell.y) / 4)
                #expect(distance > 0.1, "\(furniture.id) \(furniture.bounds) stands on \(cell)")
            }
        }
    }

    @Test func theSameEvidenceGivesTheSameEstimate() throws {
        let first = try FloorPlanEstimate(Self.evidence(), layout: Self.layout)
        let second = try FloorPlanEstimate(Self.evidence(), layout: Self.layout)
        #expect(first == second)
    }

    @Test func aSightingFromFarAwayDoesNotPullABoxIntoReach() throws {
        var evidence = Self.evidence()
        let pose = Household.AgentPose(x: -6, z: -6, heading: 1, horizon: 0)
        let mask = Self.mask(Self.fridge, pose)
        evidence.sightings.append(
            .init(
                objectID: Self.fridgeID, type: .fridge, pose: pose, action: .open,
                box: PixelBox(xMin: 0, yMin: 0, xMax: 299, yMax: 299), mask: mask))
        let estimate = try FloorPlanEstimate(evidence, layout: Self.layout)
        let found = try #require(estimate.furniture.first { $0.id == Self.fridgeID })
        #expect(found.bounds.horizontalDistance(x: -1.5, z: -1.5) > 3)
    }

    @Test func visitedCellsNeedSupport() throws {
        var notes: [String] = []
        let layout = FloorPlanLayout(reachable: [SIMD2(0, 0), SIMD2(0.25, 0)])
        let cells = try CellSupport.cells(
            layout: layout,
            visits: [SIMD2(3, 0): 1, SIMD2(4, 0): 1, SIMD2(9, 9): 1, SIMD2(20, 0): 2, SIMD2(22, 2): 1], notes: &notes)
        #expect(Set(cells) == [SIMD2(0, 0), SIMD2(1, 0), SIMD2(3, 0), SIMD2(20, 0), SIMD2(22, 2)])
        #expect(notes.count == 1)
    }

    @Test func malformedFloorPlansAreErrorsOrNotes() throws {
        var evidence = Self.evidence()
        // No layout: the cells that were walked over; none at all: an error.
        let layouts = [
            nil, FloorPlanLayout(reachable: []), FloorPlanLayout(reachable: [SIMD2(.nan, 0)]),
            FloorPlanLayout(reachable: [SIMD2(0, 1e9)]),
        ]
        for layout in layouts {
            #expect(throws: ALFREDError.self) { _ = try FloorPlanEstimate(Self.evidence(), layout: layout) }
        }
        evidence.visits = [SIMD2(0, 0): 1]
        let walked = try FloorPlanEstimate(evidence, layout: nil)
        #expect(walked.cells == [SIMD2(0, 0)])
        // Ids without positions, of unknown types, and poses that are no numbers.
        evidence.sightings[0].objectID = "DiningTable"
        let layout = FloorPlanLayout(
            reachable: [SIMD2(0, 0)],
            interactionPoses: [
                "Cabinet": .init(x: 0, z: 0, rotation: 0, horizon: 0),
                "Nothing|+00.00|+00.00|+00.00": .init(x: 0, z: 0, rotation: 0, horizon: 0),
                "Drawer|+01.00|+00.50|+01.00": .init(x: 0, z: 0, rotation: .nan, horizon: 0),
                "Shelf|nan|+00.50|+01.00": .init(x: 0, z: 0, rotation: 0, horizon: 0),
            ])
        let estimate = try FloorPlanEstimate(evidence, layout: layout)
        #expect(estimate.notes.count >= 4)
        #expect(Set(estimate.furniture.map(\.id)) == [Self.tableID, Self.fridgeID])
    }
}
