import Foundation
import Testing

@testable import Statistics

@Suite struct DistributionTests {
    /// From tables: Abramowitz and Stegun 26.2 and 26.10.
    @Test(
        arguments: [
            (0.5, 1.0, 0.0), (0.75, 1, 1), (0.95, 1, 6.313752), (0.975, 2, 4.302653), (0.975, 4, 2.776445),
            (0.975, 10, 2.228139), (0.995, 30, 2.749996), (0.975, 1e7, 1.959964),
        ])
    func studentsQuantilesAreThoseOfTheTables(_ p: Double, _ degrees: Double, _ expected: Double) {
        #expect(abs(Quantile.student(p, degrees: degrees) - expected) < 2e-6)
        #expect(abs(Quantile.student(1 - p, degrees: degrees) + expected) < 2e-6)
    }

    @Test func theNormalQuantilesAreThoseOfTheTables() {
        for (p, expected) in [(0.5, 0.0), (0.8, 0.841621), (0.9, 1.281552), (0.975, 1.959964), (0.9975, 2.807034)] {
            #expect(abs(Quantile.normal(p) - expected) < 1e-6)
            #expect(abs(Quantile.normal(1 - p) + expected) < 1e-6)
        }
        #expect(Quantile.normal(0) == -.infinity && Quantile.normal(1) == .infinity)
    }

    /// With one degree of freedom Student's is Cauchy's distribution, with two it has a closed form.
    @Test func studentsSharesHaveTheirClosedForms() {
        for step in -60...60 {
            let t = Double(step) / 5
            let cauchy = 0.5 + atan(t) / Double.pi
            #expect(abs(StudentDistribution.share(below: t, degrees: 1) - cauchy) < 1e-12)
            let two = 0.5 + t / (2 * (2 + t * t).squareRoot())
            #expect(abs(StudentDistribution.share(below: t, degrees: 2) - two) < 1e-12)
            let beyond = StudentDistribution.beyond(t, degrees: 2)
            #expect(abs(beyond - 2 * min(two, 1 - two)) < 1e-12)
        }
    }

    @Test func quantileAndShareUndoEachOther() {
        for degrees in [0.7, 1.5, 3, 8.25, 64, 1000] {
            for p in [0.001, 0.025, 0.3, 0.5, 0.61, 0.975, 0.9999] {
                let t = Quantile.student(p, degrees: degrees)
                #expect(abs(StudentDistribution.share(below: t, degrees: degrees) - p) < 1e-12)
            }
        }
    }
}
