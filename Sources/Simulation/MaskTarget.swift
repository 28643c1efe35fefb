internal import ALFRED
internal import Household

/// ALFRED's way from a mask to an object (`va_interact`): of the instances the mask touches the one with the greatest
/// intersection over union that is not in the hand and can be interacted with at all.
enum MaskTarget {
    /// - Parameters:
    ///   - picture: Instance ids of a picture of 300 x 300, row by row: object index + 1, or 0 for the room.
    /// - Returns: The object's index, or nil when the mask touches none.
    static func resolve(_ mask: Mask, in picture: [UInt16], of world: World) -> Int? {
        let count = world.scene.objects.count + 1
        var sizes = [Int32](repeating: 0, count: count)
        var common = [Int32](repeating: 0, count: count)
        for id in picture where Int(id) < count { sizes[Int(id)] += 1 }
        var area: Int32 = 0
        for run in mask.runs {
            let start = max(0, Int(run.start))
            let end = min(picture.count, Int(run.start) + max(0, Int(run.length)))
            guard start < end else { continue }
            area += Int32(end - start)
            for pixel in start..<end where Int(picture[pixel]) < count { common[Int(picture[pixel])] += 1 }
        }
        var best: (object: Int, score: Double)?
        for id in 1..<max(count, 1) where common[id] > 0 {
            let object = id - 1
            guard object != world.held, !world.scene.objects[object].type.traits.isDisjoint(with: .interactable) else {
                continue
            }
            let score = Double(common[id]) / Double(sizes[id] + area - common[id])
            if best == nil || score > best?.score ?? 0 { best = (object, score) }
        }
        return best?.object
    }

    /// The pixels of an object in an instance picture.
    static func mask(of object: Int, in picture: [UInt16]) -> Mask {
        let id = UInt16(object + 1)
        var runs: [Mask.Run] = []
        var index = 0
        while index < picture.count {
            guard picture[index] == id else {
                index += 1
                continue
            }
            let start = index
            while index < picture.count, picture[index] == id { index += 1 }
            runs.append(Mask.Run(start: Int32(start), length: Int32(index - start)))
        }
        return Mask(runs: runs)
    }
}

extension InteractionTarget {
    /// The recorded form of a mask: the tight box with 1 added to both y, and the centre of that box, or the pixel of
    /// the mask nearest to it. Nil for an empty mask.
    init?(_ mask: Mask) {
        guard let box = mask.tightBox() else { return nil }
        let side = Mask.frameSide
        let centre = (x: (box.xMin + box.xMax) / 2, y: (box.yMin + box.yMax) / 2)
        var nearest: (distance: Int, x: Int, y: Int)?
        for run in mask.runs {
            for pixel in Int(run.start)..<Int(run.start + run.length) {
                let (x, y) = (pixel % side, pixel / side)
                let distance = (x - centre.x) * (x - centre.x) + (y - centre.y) * (y - centre.y)
                if nearest.map({ distance < $0.distance }) ?? true { nearest = (distance, x, y) }
            }
        }
        guard let nearest else { return nil }
        self.init(
            box: [box.xMin, box.yMin + 1, box.xMax, box.yMax + 1], mask: mask, point: [nearest.x, nearest.y])
    }
}
