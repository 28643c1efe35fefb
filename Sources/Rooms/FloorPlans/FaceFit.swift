internal import Household

/// The six faces of a box relative to an anchor, in the box's own frame, in metres: the order is left, bottom, back,
/// right, top, front.
struct Faces: Sendable, Equatable {
    var low, high: SIMD3<Float>

    init(low: SIMD3<Float>, high: SIMD3<Float>) {
        self.low = low
        self.high = high
    }

    subscript(index: Int) -> Float {
        get { index < 3 ? low[index] : high[index - 3] }
        set { if index < 3 { low[index] = newValue } else { high[index - 3] = newValue } }
    }

    var box: Bounds { Bounds(min: low, max: high) }
    var size: SIMD3<Float> { high - low }
}

/// What is usual for boxes of a class.
struct FacePrior: Sendable, Equatable {
    var mean: Faces
    /// How far a face usually is from its mean, in metres.
    var spread: Faces
    /// No side is shorter.
    var minimum: Float = 0.01
    /// Nor narrower or less deep.
    var minimumFootprint: Float = 0
}

/// Fits the faces of a box to the rectangles of its masks.
struct FaceFit {
    struct View {
        var projection: BoxProjection
        var rectangle: PictureRectangle
        var weight: Float = 1
    }

    /// Errors of a rectangle's side beyond this many pixels count ever less; the fit begins with the first.
    static let tolerances: [Float] = [120, 20]
    /// A side that ends inside the projection may be hidden by something: such errors count less than the reverse.
    static let hiddenWeight: Float = 0.6

    var views: [View]
    var prior: FacePrior
    /// Views that the prior is worth.
    var priorWeight: Float = 1.5
    /// Only the upper opening is seen: of a basin that is let in.
    var isOpening = false
    /// Further cost of a box, such as for hiding what was seen.
    var penalty: ((Faces) -> Float)?

    /// Robust error of all views, plus the prior's.
    func loss(_ faces: Faces, tolerance: Float = tolerances[1]) -> Float {
        var sum: Float = 0
        func robust(_ outside: Float) -> Float {
            let error = outside < 0 ? -outside * Self.hiddenWeight : outside
            return error / (error + tolerance)
        }
        var seen = faces.box
        if isOpening { seen.min.y = seen.max.y - 0.001 }
        for view in views {
            guard let r = view.projection.rectangle(seen) else {
                sum += 4 * view.weight
                continue
            }
            let m = view.rectangle
            // Positive: the mask reaches further than the box.
            sum +=
                view.weight
                * (robust(r.minX - m.minX) + robust(r.minY - m.minY)
                    + robust(m.maxX - r.maxX) + robust(m.maxY - r.maxY))
        }
        var deviation: Float = 0
        for index in 0..<6 {
            let d = (faces[index] - prior.mean[index]) / prior.spread[index]
            deviation += d * d / (1 + 0.15 * abs(d))
        }
        var total = sum + priorWeight * deviation * 0.2
        if let penalty { total += penalty(faces) }
        return total
    }

    /// Coordinate descent with shrinking steps from `start`: each face alone, then pairs that move or grow the box.
    func fitted(from start: Faces) -> Faces {
        Self.tolerances.reduce(start) { descended(from: $0, tolerance: $1) }
    }

    private func descended(from start: Faces, tolerance: Float) -> Faces {
        var best = start
        var bestLoss = loss(best, tolerance: tolerance)
        var step: Float = 0.16
        let pairs: [[(Int, Float)]] =
            (0..<6).map { [($0, 1)] } + (0..<3).map { [($0, 1), ($0 + 3, 1)] }
            + (0..<3).map { [($0, -1), ($0 + 3, 1)] }
        while step > 0.004 {
            var improved = true
            var rounds = 0
            while improved, rounds < 8 {
                improved = false
                rounds += 1
                for move in pairs {
                    for sign: Float in [1, -1] {
                        var candidate = best
                        for (index, direction) in move { candidate[index] += sign * direction * step }
                        let size = candidate.size
                        guard size.min() >= prior.minimum, min(size.x, size.z) >= prior.minimumFootprint else {
                            continue
                        }
                        let value = loss(candidate, tolerance: tolerance)
                        if value < bestLoss - 1e-5 {
                            best = candidate
                            bestLoss = value
                            improved = true
                            break
                        }
                    }
                }
            }
            step /= 2
        }
        return best
    }
}
