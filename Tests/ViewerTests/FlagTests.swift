import ExperimentStore
import Foundation
import StoreFixture
import TestSupport
import Testing

@testable import Viewer

@Suite struct FlagTests {
    private func first(_ world: ViewerWorld) throws -> Int64 {
        try world.firstEpisode()
    }

    @Test func flagsAreSetChangedAndRemoved() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try first(world)
        for (place, t) in [("/episodes/\(id)", nil), ("/episodes/\(id)/2", 2)] as [(String, Int?)] {
            func note() throws -> String? {
                try world.reading().read { db in try EpisodeFlag.all(episode: id, db).first { $0.t == t }?.note }
            }
            let fields = ["token": site.token, "do": "set", "note": "why\r\n<not>"]
            let reply = site.post(place + "/flag?sort=mean&page=7", fields)
            #expect(reply.status == 303 && reply.header("location") == place + "?sort=mean")
            #expect(try note() == "why\n<not>")
            let page = site.get(place).text
            #expect(page.contains("Remove the flag") && page.contains("why\n&lt;not&gt;</textarea>"))
            #expect(site.post(place + "/flag", fields.merging(["note": ""]) { $1 }).status == 303)
            #expect(try note() == "")
            #expect(site.post(place + "/flag", fields.merging(["do": "remove"]) { $1 }).status == 303)
            #expect(try note() == nil)
            #expect(!site.get(place).text.contains("Remove the flag"))
        }
    }

    @Test func theListShowsAndFiltersFlags() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try first(world)
        #expect(site.get("/?flagged=1").text.contains("No episode is like that"))
        #expect(site.post("/episodes/\(id)/1/flag", ["token": site.token, "do": "set"]).status == 303)
        let list = site.get("/?flagged=1").text
        #expect(list.components(of: "<tr") == 2 && list.contains("<span class=\"flag\">1 step</span>"))
        #expect(site.get("/episodes/\(id)").text.components(of: " flagged\" href=\"/episodes/\(id)/1\"") == 1)
    }

    @Test func strangersSetNone() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try first(world)
        let (target, fields) = ("/episodes/\(id)/flag", ["token": site.token, "do": "set", "note": "x"])
        #expect(site.post(target, fields, origin: "http://evil.example").status == 403)
        #expect(site.post(target, fields, origin: nil).status == 403)
        #expect(site.post(target, fields, origin: "null").status == 403)
        #expect(site.post(target, fields, type: "text/plain").status == 415)
        #expect(site.post(target, fields, type: "multipart/form-data; boundary=x").status == 415)
        #expect(site.post(target, fields.merging(["do": "burn"]) { $1 }).status == 400)
        #expect(site.get(target).status == 405 && site.get(target).header("allow") == "POST")
        #expect(site.post("/episodes/\(id)", fields).status == 405)
        let unasked = site.reply(to: ViewerRequest("POST", target, host: "evil.example", origin: "http://evil.example"))
        #expect(unasked.status == 403)
        #expect(try world.reading().read { try EpisodeFlag.all(episode: id, $0) }.isEmpty)
        // A page from before a restart: its note is not lost.
        let stale = site.post(target, ["token": "old", "do": "set", "note": "kept <note>"])
        #expect(
            stale.status == 403 && stale.text.contains("kept &lt;note&gt;</textarea>")
                && stale.text.contains("started anew"))
        #expect(stale.text.contains(site.token))
    }

    @Test func placesThatDoNotExistGetNone() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try first(world)
        let steps = try world.reading().number("SELECT step_count FROM episodes WHERE id = \(id)")
        let fields = ["token": site.token, "do": "set"]
        for target in [
            "/episodes/999999/flag", "/episodes/\(id)/\(steps)/flag", "/episodes/0/flag", "/episodes/\(id)/-1/flag",
        ] {
            #expect(site.post(target, fields).status == 404, "\(target)")
        }
        #expect(site.post("/episodes/\(id)/\(steps - 1)/flag", fields).status == 303)
        #expect(try world.reading().number("SELECT count(*) FROM flags") == 1)
    }

    @Test func aLockedStoreLosesNothing() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try first(world)
        let fields = ["token": site.token, "do": "set", "note": "hard to\ntype \"again\""]
        let writer = try ExperimentStore(world.store, access: .write)
        let reply = site.post("/episodes/\(id)/1/flag?sort=mean", fields)
        #expect(reply.status == 409)
        #expect(reply.text.contains("is writing to this store") && reply.text.contains("pid \(getpid())"))
        #expect(reply.text.contains("hard to\ntype &quot;again&quot;</textarea>"))
        // Reading goes on meanwhile.
        #expect(site.get("/").status == 200)
        try writer.close()
        #expect(site.post("/episodes/\(id)/1/flag", fields).status == 303)
        #expect(
            try world.reading().read { try EpisodeFlag.all(episode: id, $0) }.map(\.note) == ["hard to\ntype \"again\""]
        )
    }

    @Test func flagsOfOthersAreSeenAtOnce() async throws {
        let world = try await ViewerWorld()
        let site = try world.site()
        let id = try first(world)
        #expect(!site.get("/episodes/\(id)").text.contains("by another"))
        try world.write { try $0.write { try EpisodeFlag.set(episode: id, t: nil, note: "by another", $0) } }
        #expect(site.get("/episodes/\(id)").text.contains("by another"))
    }

    @Test func anOlderStoreIsRefusedWithAReason() async throws {
        let world = try await ViewerWorld { store in
            try store.execute("UPDATE grdb_migrations SET identifier = '1-dataset'")
        }
        let error = #expect(throws: StoreError.self) { try ViewerServer(store: world.store, port: 0) }
        #expect(error?.code == .older && error?.message.contains("earlier version") == true)
        #expect(throws: StoreError.self) { try ViewerServer(store: world.folder("none.sqlite"), port: 0) }
    }
}
