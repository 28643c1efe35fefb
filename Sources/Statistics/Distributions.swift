internal import Foundation

/// Quantiles of the normal distribution and of Student's.
package enum Quantile {
    /// The value that a standard normal variable stays below with probability `p`.
    package static func normal(_ p: Double) -> Double { inverse(p) { erfc(-$0 / 2.0.squareRoot()) / 2 } }

    /// The value that a variable of Student's distribution stays below with probability `p`.
    ///
    /// - Parameter degrees: Of freedom, above 0; they need not be whole.
    package static func student(_ p: Double, degrees: Double) -> Double {
        inverse(p) { StudentDistribution.share(below: $0, degrees: degrees) }
    }

    /// Where a rising function reaches `p`, to the last bits, by halving.
    private static func inverse(_ p: Double, _ share: (Double) -> Double) -> Double {
        guard p > 0 else { return -.infinity }
        guard p < 1 else { return .infinity }
        var (low, high) = (-1.0, 1.0)
        while share(low) > p { low *= 2 }
        while share(high) < p { high *= 2 }
        for _ in 0..<200 {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { break }
            if share(middle) < p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

/// Student's distribution by the regularised incomplete beta function.
enum StudentDistribution {
    /// The probability of a value below `t`.
    static func share(below t: Double, degrees: Double) -> Double {
        guard t.isFinite else { return t > 0 ? 1 : 0 }
        let tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
        return t > 0 ? 1 - tail : tail
    }

    /// The probability of a value as far from 0 as `t` or farther.
    static func beyond(_ t: Double, degrees: Double) -> Double {
        guard t.isFinite else { return t.isNaN ? .nan : 0 }
        return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    }

    /// The regularised incomplete beta function by its continued fraction (Lentz's method).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast below the mean; above it the other end is taken.
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let logBeta: Double = lgamma(a) + lgamma(b) - lgamma(a + b)
        let logPowers: Double = a * log(x) + b * log(1 - x)
        let front = exp(logPowers - logBeta) / a
        let tiny = 1e-300
        func sound(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var (c, d) = (1.0, 1 / sound(1 - (a + b) * x / (a + 1)))
        var fraction = d
        for step in 1...500 {
            let m = Double(step)
            let place: Double = a + 2 * m
            let even: Double = m * (b - m) * x / ((place - 1) * place)
            let odd: Double = -(a + m) * (a + b + m) * x / (place * (place + 1))
            var change = 1.0
            for numerator in [even, odd] {
                d = 1 / sound(1 + numerator * d)
                c = sound(1 + numerator / c)
                change = d * c
                fraction *= change
            }
            if abs(change - 1) < 1e-15 { break }
        }
        return min(1, front * fraction)
    }
}
