import Episodes
import ExperimentStore
import Foundation
import Frames
import Images
import Pages
import StoreFixture
import TestSupport
import Testing

@testable import Viewer

@Suite struct SiteTests {
    @Test func episodesAreListedWithTheirScores() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let page = site.get("/")
        #expect(page.status == 200 && page.text.contains("<h1>Episodes</h1>"))
        let ids = try world.reading().numbers("SELECT id FROM episodes ORDER BY id")
        for id in ids { #expect(page.text.contains("href=\"/episodes/\(id)\"")) }
        #expect(page.text.components(of: "<tr") == ids.count + 1)
        #expect(page.text.components(of: "class=\"spark\"") == ids.count)
        // Both runs can be chosen; the first has scores under tasks, the second under primitives.
        #expect(page.text.contains("under the task instruction."))
        #expect(site.get("/?run=vlm").text.contains("under the primitive instructions."))
        #expect(site.get("/?split=valid_seen").text.components(of: "<tr") == 2)
        #expect(site.get("/?split=valid_seen").text.contains("<b>1 match</b>"))
        #expect(site.get("/?goal=no%20such%20goal").text.contains("No episode is like that"))
    }

    @Test func figuresOfTheListAreThoseOfTheStore() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try world.firstEpisode()
        let steps = try world.reading().number("SELECT step_count FROM episodes WHERE id = \(id)")
        let sum = (0..<steps).reduce(0) { $0 + $1 % 11 }
        let page = site.get("/episodes/\(id)").text
        #expect(page.contains("<dd>\(Show.number(1 + Double(sum) / 10, 1))</dd>"))
        #expect(page.contains("<dd>\(Show.number(Double(sum) / Double(steps), 1))</dd>"))
        #expect(page.contains("<dd>\(steps) of \(steps)</dd>"))
        #expect(page.components(of: "data-t=\"") == steps + 1)
        #expect(page.components(of: "<img src=\"/frames/\(id)/") == steps + 1)
        #expect(page.contains("sparse-s1@set") && page.contains("/rollouts/1"))
    }

    @Test func transitionsShowAllThatWasSaid() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try world.firstEpisode()
        let page = site.get("/episodes/\(id)/1").text
        #expect(page.contains("/frames/\(id)/1.png") && page.contains("/frames/\(id)/2.png"))
        #expect(page.contains("<dt>expected score</dt><dd>4.25</dd>"))
        #expect(page.contains("class=\"marked\">- Step 2 (X): second.</p>"))
        #expect(page.contains("{&quot;scores&quot;:[1]}") && page.contains("$0.0040") && page.contains("the prompt"))
        #expect(page.contains("v1/analysis <code>010101010101</code>"))
        #expect(
            page.contains("rel=\"prev\" href=\"/episodes/\(id)/0\"")
                && page.contains("rel=\"next\" href=\"/episodes/\(id)/2\""))
        // The first primitive of the other run was refused.
        let other = site.get("/episodes/\(id)/0?run=vlm").text
        #expect(other.contains("Unscored, refusal: I cannot help.") && other.contains("chip big unscored"))
        #expect(!other.contains("rel=\"prev\"") && other.contains("href=\"/episodes/\(id)/1?run=vlm\""))
    }

    @Test func otherPages() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let rollout = site.get("/rollouts/1").text
        #expect(
            rollout.contains("too far away") && rollout.contains("completes sub-task 1") && rollout.contains("1 of 2"))
        #expect(rollout.contains("rgvlm-evaluate frames"))
        let labels = site.get("/labels").text
        #expect(
            labels.contains("scripted (not a VLM)") && labels.contains("vlm-1 (gemini)")
                && labels.contains("refusal, 1"))
        for target in ["/rollouts/2", "/episodes/999999", "/episodes/1/99999", "/frames/1/99999.png", "/nothing"] {
            #expect(site.get(target).status == 404, "\(target)")
        }
        for asset in Route.Asset.allCases { #expect(site.get("/" + asset.rawValue).status == 200) }
    }

    @Test func aStoreWithoutLabelsOrEpisodesHasPages() async throws {
        let unlabeled = try await ViewerWorld(labeled: false)
        let site = try unlabeled.site()
        let id = try unlabeled.firstEpisode()
        for target in ["/", "/labels", "/episodes/\(id)", "/episodes/\(id)/0", "/?sort=anomaly&unscored=1&min=3"] {
            #expect(site.get(target).status == 200, "\(target)")
        }
        try unlabeled.write { try $0.execute("DELETE FROM episodes") }
        let empty = try unlabeled.site().get("/")
        #expect(empty.status == 200 && empty.text.contains("The store holds no episodes"))
    }

    @Test func framesAreThePicturesOfTheFrameStore() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try world.firstEpisode()
        let record = try world.reading().number("SELECT record FROM frames WHERE episode_id = \(id) AND t = 2")
        let reply = site.get("/frames/\(id)/2.png")
        let picture = try reply.body.withUnsafeBytes { try RGBImage(decoding: $0) }
        let frames = try FrameStore(world.store + ".alfred.frames")
        #expect(reply.type == "image/png" && picture.width == 56 && picture.height == 56)
        #expect(frames.withFrame(record) { $0.elementsEqual(picture.pixels) })
        let mark = try #require(reply.header("etag"))
        let again = site.reply(to: ViewerRequest("GET", "/frames/\(id)/2.png", host: "localhost", ifNoneMatch: mark))
        #expect(again.status == 304 && again.body.isEmpty)
        #expect(reply.header("cache-control") == "no-cache")
        let versioned = site.get("/frames/\(id)/2.png?v=" + mark.filter { $0 != "\"" })
        #expect(versioned.header("cache-control")?.contains("immutable") == true)
    }

    @Test func framesOfAnotherStoreAreNotShown() async throws {
        let (world, other) = (try await ViewerWorld(), try await ViewerWorld())
        let frames = world.store + ".alfred.frames"
        try FileManager.default.removeItem(atPath: frames)
        let site = try world.site()
        let id = try world.firstEpisode()
        #expect(site.get("/frames/\(id)/0.png").status == 404 && site.get("/episodes/\(id)").status == 200)
        try FileManager.default.copyItem(atPath: other.store + ".alfred.frames", toPath: frames)
        #expect(site.get("/frames/\(id)/0.png").status == 404)
    }

    @Test func neighboursAreThoseOfTheList() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let ids = try world.reading().numbers("SELECT id FROM episodes ORDER BY id")
        let backwards = site.get("/episodes/\(ids[1])?reverse=1").text
        #expect(backwards.contains("data-up href=\"/episodes/\(ids[2])?reverse=1\""))
        #expect(backwards.contains("data-down href=\"/episodes/\(ids[0])?reverse=1\""))
        #expect(!site.get("/episodes/\(ids[0])").text.contains("data-up"))
    }

    @Test func anotherStoreInItsPlaceIsRead() async throws {
        let (world, other) = (
            try await ViewerWorld(), try await ViewerWorld { try $0.execute("DELETE FROM episodes") }
        )
        let site = try world.site()
        #expect(site.get("/").text.contains("3 episodes"))
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: world.store + suffix) }
        let gone = site.get("/")
        #expect(gone.status == 500 && gone.text.contains("there is no such store"))
        try FileManager.default.copyItem(atPath: other.store, toPath: world.store)
        #expect(site.get("/").text.contains("0 episodes"))
    }

    /// Puts the same hostile text into every column of text that takes it, and looks at every page.
    @Test func hostileTextStaysText() async throws {
        let hostile = "\"'><script>hostile()</script><\u{301}script>\u{202E}{{title}}</textarea>\u{1B}[2J\u{0}&amp;"
        let literal = ExperimentStore.literal(hostile)
        let world = try await ViewerWorld { store in
            let id = Int64(try store.number("SELECT min(id) FROM episodes"))
            try store.write { db in
                try EpisodeFlag.set(episode: id, t: nil, note: "", db)
                try EpisodeFlag.set(episode: id, t: 1, note: "", db)
            }
            let columns = try store.rows(
                """
                SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
                WHERE m.type = 'table' AND m.name NOT LIKE 'grdb%' AND c.type = 'TEXT'
                    AND c.name NOT IN ('control', 'kind')
                """)
            // Those with a list of allowed values, and unique ones over more than one row, refuse. Terms that
            // the programs know, as controls and kinds, are refused when they are read.
            let changed = columns.count { column in
                (try? store.execute("UPDATE \"\(column[0])\" SET \"\(column[1])\" = \(literal)")) != nil
            }
            #expect(changed > 40)
            try store.execute("UPDATE label_runs SET name = \(literal) || id")
            try store.execute("UPDATE annotations SET high_descs = json_array(\(literal))")
        }
        let site = try world.site()
        let id = try world.firstEpisode()
        let run = "run=" + FormFields.encoded(hostile + "2")
        var targets = ["/", "/labels", "/rollouts/1", "/episodes/\(id)", "/episodes/\(id)/0", "/episodes/\(id)/1"]
        targets += targets.map {
            $0 + "?" + run + "&goal=" + FormFields.encoded(hostile) + "&split=" + FormFields.encoded(hostile)
        }
        for target in targets {
            let page = site.get(target)
            #expect(page.status == 200, "\(target)")
            #expect(page.text.contains("hostile()"), "\(target)")
            let scalars = page.text.unicodeScalars
            #expect(!page.text.contains("<script>"), "\(target)")
            #expect(!scalars.contains { $0 == "\u{202E}" || $0 == "\u{1B}" || $0 == "\u{0}" }, "\(target)")
            #expect(page.text.components(of: "</textarea>") == page.text.components(of: "<textarea"), "\(target)")
            // A strict reader finds the templates' elements and attributes, and the text whole in texts and titles.
            let document = try HTMLDocument(page.text)
            #expect(document.names.isSubset(of: knownNames), "\(document.names.subtracting(knownNames))")
            for word in document.words where word.contains("hostile()") {
                #expect(word.contains("<script>hostile()</script>"), "\(target): \(word)")
            }
            for element in document.elements {
                for attribute in element.attributes where attribute.value.contains("hostile()") {
                    #expect(
                        ["title", "value", "alt", "aria-label"].contains(attribute.name), "\(target): \(attribute)")
                }
            }
        }
    }
}

/// The elements and attributes of the templates.
private let knownNames: Set<String> = {
    let names = """
        html.lang head meta.charset.name.content title link.rel.href script.src.defer body header.class main footer
        a.href.class.rel.title.tabindex.aria-current.data-up.data-down.data-escape.data-enter.data-t
        span.class.title.data-t.aria-hidden nav.aria-label.class div.class.role.aria-label h1 h2 h3 p.class.role b.class
        form.class.method.action.id.data-submit label.class select.name option.value.selected
        input.type.name.value.min.max.step.placeholder.maxlength.aria-label.checked button.name.value.class.data-save
        textarea.name.rows.maxlength.data-flag table.class thead tr.class th.class.title.aria-sort tbody
        td.class.data-name img.src.width.height.alt.loading svg.class.viewBox.role.aria-label.aria-hidden path.class.d
        rect.class.x.y.width.height.rx line.class.x1.y1.x2.y2 text.class.x.y.text-anchor abbr.class.title dl.class dt
        dd.class section.class ol ul.class li kbd figure figcaption details.class.open summary article pre code
        """
    return names.split(whereSeparator: \.isWhitespace).reduce(into: []) { known, entry in
        let parts = entry.split(separator: ".").map(String.init)
        known.insert(parts[0])
        for attribute in parts.dropFirst() { known.insert("\(parts[0]).\(attribute)") }
    }
}()
