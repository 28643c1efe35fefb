import Episodes
import ExperimentStore
import Foundation
import StoreFixture
import TestSupport
import Testing

@testable import Reporting

@Suite struct FigureTests {
    static let hasGnuplot = Gnuplot.find(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "") != nil

    @Test func withoutGnuplotEverythingElseIsThere() throws {
        let sample = try Sample()
        let data = try sample.data(try sample.fill())
        for path in ["", "/nowhere:", sample.folder.path] {
            let report = try ReportFiles(data, from: sample.store, searchPath: path)
            #expect(report.files.map(\.name) == ["table.md", "table.csv", "table.tex", "results.json", "report.html"])
            #expect(report.problems.count == 1 && report.problems[0].contains("gnuplot is not installed"))
            let page = try #require(report.files.last.map { String(decoding: $0.bytes, as: UTF8.self) })
            #expect(page.contains("gnuplot is not installed"))
        }
    }

    @Test(.enabled(if: FigureTests.hasGnuplot, "gnuplot is not installed")) func gnuplotDrawsAllFigures() throws {
        let sample = try Sample()
        let data = try sample.data(try sample.fill())
        let path = try #require(ProcessInfo.processInfo.environment["PATH"])
        let report = try ReportFiles(data, from: sample.store, searchPath: path)
        #expect(report.problems.isEmpty, "\(report.problems)")
        for name in ReportFiles.figureNames {
            let bytes = try #require(report.files.first { $0.name == name }?.bytes, "\(name)")
            if name.hasSuffix("png") {
                #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            } else {
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(text.contains("<svg") && text.contains("</svg>") && !text.contains("<script"))
            }
        }
        let again = try ReportFiles(data, from: sample.store, searchPath: path)
        #expect(zip(again.files, report.files).allSatisfy { $0.name == $1.name && $0.bytes == $1.bytes })
    }

    /// Titles of rows in other scripts are in the legend.
    @Test(.enabled(if: FigureTests.hasGnuplot, "gnuplot is not installed")) func legendsHaveAllScripts() throws {
        let sample = try Sample()
        let titles = ["学習 2", "обучение", "ταξίδι", "अनुभव", "تعلم"]
        var plan = Sample.plan(titles.indices.map { ("r\($0)", .baseline) }, seeds: [0])
        for (place, title) in titles.enumerated() {
            try sample.evaluate(try sample.train("r\(place)-s0", seed: 0)) { $1 }
            plan.rows[place].title = title
        }
        let path = try #require(ProcessInfo.processInfo.environment["PATH"])
        let report = try ReportFiles(try sample.data(plan), from: sample.store, searchPath: path)
        #expect(report.problems.isEmpty)
        for name in ["figure4.svg", "curves.svg"] {
            let bytes = try #require(report.files.first { $0.name == name }?.bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            for title in titles { #expect(text.contains(title), "\(name): \(title)") }
        }
    }

    /// A gnuplot that fails, or says nothing and writes nothing, is told of; the rest is written.
    @Test(arguments: ["#!/bin/sh\necho 'line 3: no such terminal' >&2\nexit 1\n", "#!/bin/sh\nexit 0\n"])
    func aFailingGnuplotIsNamed(_ script: String) throws {
        let sample = try Sample()
        let data = try sample.data(try sample.fill())
        let path = try sample.folder.write(script, to: "bin/gnuplot")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let report = try ReportFiles(data, from: sample.store, searchPath: sample.folder("bin"))
        #expect(report.files.count == 5 && report.problems.count == 4)
        #expect(report.problems.allSatisfy { $0.contains("was not drawn") })
    }

    /// Words from outside are in data files alone.
    @Test func scriptsHoldNoWordsFromOutside() throws {
        let sample = try Sample(annotator: "vlm")
        try sample.store.execute("UPDATE label_runs SET model = 'Zebra'")
        let run = try sample.train("zulu-s0", seed: 0, source: .labels(run: "labels"))
        try sample.evaluate(run, on: "yankee") { $1 }
        let data = try sample.data(Sample.plan([("zulu", .method)], seeds: [0], sets: ["yankee"]))
        let uses = try RewardUse.read(data, from: sample.store)
        let figures = [
            ResultFigure.figure(data, TableBuilder().table(data)), CurveFigure.figure(data),
            RewardFigure.figure(data, uses),
        ].compactMap { $0 }
        #expect(figures.count == 3)
        for figure in figures {
            for word in ["zulu", "Zebra", "yankee"] { #expect(!figure.script.contains(word)) }
            #expect(figure.files.values.contains { $0.contains("Zebra") || $0.contains("zulu") })
        }
    }

    /// A dot a row, in the file of its verdict; titles of rows are data too.
    @Test func differencesAreDotsByVerdict() throws {
        let sample = try Sample(annotator: "vlm")
        for seed in 0..<3 {
            for (name, source, done) in [
                ("sparse", .none, 1), ("zulu", .labels(run: "labels"), 6), ("yankee", .oracle, 0), ("xray", .zero, 1),
            ] as [(String, RewardMix.Source, Int)] {
                try sample.evaluate(try sample.train("\(name)-s\(seed)", seed: seed, source: source)) { task, _ in
                    done + (name == "xray" || name == "sparse" ? (task + seed) % 2 : 0)
                }
            }
        }
        let plan = Sample.plan(
            [("sparse", .baseline), ("zulu", .method), ("yankee", .oracle), ("xray", .control)], seeds: [0, 1, 2])
        let figure = try #require(DifferenceFigure.figure(TableBuilder().table(try sample.data(plan))))
        #expect(figure.files["dots-better.dat"]?.contains("zulu") == true)
        #expect(figure.files["dots-worse.dat"]?.contains("yankee") == true)
        #expect(figure.files["dots-open.dat"]?.contains("xray") == true)
        let dots = figure.files.filter { $0.key.hasPrefix("dots") }.values.flatMap { $0.split(separator: "\n") }
        #expect(dots.count == 3)
        for word in ["zulu", "yankee", "xray"] { #expect(!figure.script.contains(word)) }
        #expect(figure.script.contains("#98a1ab") && figure.caption.contains("3 rows"))
        let alone = try sample.data(Sample.plan([("sparse", .baseline)], seeds: [0]))
        #expect(DifferenceFigure.figure(TableBuilder().table(alone)) == nil)
    }

    @Test func curvesAreMeansWithTheRangeOfSeeds() throws {
        let sample = try Sample()
        for seed in [0, 100] { try sample.train("a-s\(seed)", seed: seed, steps: seed == 0 ? 300 : 500) }
        let data = try sample.data(Sample.plan([("a", .method)], seeds: [0, 100]))
        let curve = try #require(CurveFigure.curve(data.rows[0], .init(split: "train", name: "loss/action")))
        // Steps that one seed lacks are left out.
        #expect(curve.map(\.step) == [100, 200, 300])
        for point in curve {
            let values = [300 / Double(point.step), 300 / Double(point.step + 100)]
            #expect(abs(point.mean - (values[0] + values[1]) / 2) < 1e-12)
            #expect(point.low == values[1] && point.high == values[0])
        }
        #expect(CurveFigure.curve(data.rows[0], .init(split: "train", name: "none")) == nil)
    }

    /// Generated rewards of the two primitives of the sample, of 3 and 2 steps, whose scores are those of the task: 2 0
    /// 8 5 10. The sparse reward is no part of them.
    @Test(
        arguments: [
            (.labels(run: "labels"), 0.0, [2: 1.0, 0: 1, 8: 1, 5: 1, 10: 1]),
            (.labels(run: "labels"), 1, [2: 1, 0: 1, 8: 1, 5: 1, 10: 1]),
            (.negated(run: "labels"), 0, [-2: 1, 0: 1, -8: 1, -5: 1, -10: 1]), (.zero, 1, [0: 5]),
            (.oracle, 0, [0: 5]), (.timeIndex, 0, [3: 1, 7: 1, 10: 2, 5: 1]),
        ] as [(RewardMix.Source, Float, [Int: Double])])
    func rewardsAreCounted(_ source: RewardMix.Source, _ sparse: Float, _ expected: [Int: Double]) throws {
        let sample = try Sample()
        try sample.train("a-s0", seed: 0, source: source, sparse: sparse)
        let data = try sample.data(Sample.plan([("a", .method)], seeds: [0]))
        let use = try #require(try RewardUse.read(data, from: sample.store).first)
        #expect(use.transitions == 5 && use.generated == 5)
        #expect(use.shares.mapValues { ($0 * 5 * 1000).rounded() / 1000 } == expected)
    }

    @Test func withoutAGeneratedRewardThereIsNoneToCount() throws {
        let sample = try Sample()
        try sample.train("a-s0", seed: 0, source: .none, sparse: 1)
        #expect(try RewardUse.read(sample.data(Sample.plan([("a", .method)], seeds: [0])), from: sample.store).isEmpty)
    }

    /// Of a control that draws, the draws of the row's first run are counted, not what could have been drawn.
    @Test func drawnRewardsAreThoseOfTheRun() throws {
        let sample = try Sample()
        let plan = Sample.plan([("a", .control)], seeds: [0])
        for (source, places) in [(.random(seed: 1), 0...10), (.shuffled(run: "labels", seed: 1), 0...10)]
            as [(RewardMix.Source, ClosedRange<Int>)]
        {
            let run = try sample.train("a-s0", seed: 0, source: source, sparse: 0)
            let use = try #require(try RewardUse.read(sample.data(plan), from: sample.store).first)
            #expect(use.generated == 5 && use.shares.keys.allSatisfy(places.contains))
            #expect(use.shares.values.allSatisfy { ($0 * 5).rounded() == $0 * 5 })
            if source.labelRun != nil { #expect(use.shares.keys.sorted() == [0, 2, 5, 8, 10]) }
            try sample.store.write { try run.delete($0) }
        }
    }

    /// Instructions that training leaves out, since a frame of theirs is missing, do not count.
    @Test func droppedInstructionsDoNotCount() throws {
        let sample = try Sample()
        try sample.train("a-s0", seed: 0, source: .timeIndex)
        try sample.store.execute("UPDATE frames SET record = NULL WHERE t = 5")
        let use = try #require(
            try RewardUse.read(sample.data(Sample.plan([("a", .method)], seeds: [0])), from: sample.store).first)
        #expect(use.transitions == 3 && use.shares.keys.sorted() == [3, 7, 10])
    }
}
