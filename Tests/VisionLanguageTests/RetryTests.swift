import Foundation
import JSON
import Testing

@testable import VisionLanguage

@Suite struct RetryAfterTests {
    private let now = Date(timeIntervalSince1970: 784_111_777)

    private func read(_ headers: [String: String], error: String = "null", message: String = "") throws -> Duration? {
        RetryAfter.read(
            headers: headers, error: try JSONValue(reply: Array(error.utf8)), message: message, now: now)
    }

    @Test(arguments: [
        ("0", 0.0), ("7", 7), ("0.5", 0.5), (" 30 ", 30), ("120.25", 120.25), ("604800", 604_800),
    ])
    func secondsAreRead(text: String, seconds: Double) throws {
        #expect(try read(["retry-after": text]) == .milliseconds(Int64(seconds * 1000)))
        #expect(try read(["retry-after-ms": text]) == .microseconds(Int64(seconds * 1000)))
    }

    @Test(arguments: [
        "nan", "inf", "-1", "-0", "1e3", "+5", "0x10", "", "soon", "604801", "999999999999999999999", "1.2.3", "1,5",
        "Infinity", "٣", String(repeating: "9", count: 10_000),
    ])
    func nonsenseIsRejected(_ text: String) throws {
        #expect(try read(["retry-after": text]) == nil)
        #expect(try read(["retry-after": text, "retry-after-ms": text]) == nil || Double(text) == 604_801)
        // The next source is asked.
        #expect(try read(["retry-after-ms": "nan", "retry-after": "3"]) == .seconds(3))
        #expect(try read(["retry-after": text], message: "retry in 4s") == .seconds(4))
    }

    @Test func dates() throws {
        #expect(RetryAfter.httpDate("Sun, 06 Nov 1994 08:49:37 GMT") == now)
        #expect(try read(["retry-after": "Sun, 06 Nov 1994 08:50:07 GMT"]) == .seconds(30))
        // The server's clock decides where it is told.
        #expect(
            try read([
                "retry-after": "Sun, 06 Nov 1994 08:50:07 GMT", "date": "Sun, 06 Nov 1994 08:50:00 GMT",
            ]) == .seconds(7))
        for text in [
            "Sun, 06 Nov 1994 08:49:36 GMT", "Sun, 06 Nov 2094 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
        ] {
            #expect(try read(["retry-after": text]) == nil)
        }
    }

    @Test func datesAreFoundationsForEveryDayOfFourCenturies() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for day in stride(from: 0, to: 400 * 365, by: 13) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 12_345)
            #expect(RetryAfter.httpDate(formatter.string(from: date)) == date)
        }
    }

    @Test func geminisRetryInfo() throws {
        let error =
            #"{"details":[{"@type":"a.Help"},"#
            + #"{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"35.5s"}]}"#
        #expect(try read([:], error: error) == .milliseconds(35_500))
        #expect(try read(["retry-after": "2"], error: error) == .seconds(2))
        for delay in ["35", "-3s", "s", "nans", "1e9s"] {
            let error = #"{"details":[{"@type":"x.RetryInfo","retryDelay":"\#(delay)"}]}"#
            #expect(try read([:], error: error) == nil)
        }
    }

    @Test(arguments: [
        ("Please retry in 35.6s.", 35.6), ("Rate limit reached. Please try again in 20ms. Visit", 0.02),
        ("try again in 1m2.5s", 62.5), ("Try again in 6m0s", 360), ("retry after 7 seconds.", 7),
        ("Please try again in 1h 2m", 3720), ("Retry in 2 minutes", 120),
    ])
    func prose(text: String, seconds: Double) throws {
        #expect(try read([:], message: text) == .nanoseconds(Int64((seconds * 1e9).rounded())))
    }

    @Test(arguments: [
        "retry in soon", "retry in 5 parsecs", "retry in -5s", "again in 9999999 h", "in 5s", "retry in ",
    ])
    func otherProseIsNotRead(_ text: String) throws { #expect(try read([:], message: text) == nil) }
}

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy()

    private func isRetried(_ failure: CallFailure) -> Bool {
        if case .retry = policy.decision(after: failure, attempt: 1, elapsed: .zero, random: 0) { true } else { false }
    }

    @Test func everyStatus() {
        let retried: Set = [408, 409, 425, 429]
        for status in 300...599 {
            for shouldRetry in [nil, true, false] as [Bool?] {
                var failure = CallFailure(.http, "x", status: status, shouldRetry: shouldRetry)
                #expect(isRetried(failure) == shouldRetry ?? (retried.contains(status) || status >= 500))
                failure.isQuota = true
                #expect(!isRetried(failure))
            }
        }
    }

    @Test func everyKind() {
        for status in [nil, 200, 500] as [Int?] {
            for shouldRetry in [nil, true] as [Bool?] {
                for kind in CallFailure.Kind.allCases {
                    let failure = CallFailure(kind, "x", status: status, shouldRetry: shouldRetry)
                    let expected =
                        switch kind {
                        case .transport: true
                        case .http: shouldRetry ?? (status == 500)
                        case .refusal, .truncation: false
                        case .invalid: shouldRetry ?? (status != nil)
                        }
                    #expect(isRetried(failure) == expected)
                }
            }
        }
    }

    @Test func delaysDoubleUpToTheLimitWithJitter() {
        var policy = self.policy
        policy.maxAttempts = 200
        let failure = CallFailure(.transport, "x")
        let expected: [Duration] = [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)]
        for attempt in 1..<200 {
            let full = attempt <= 4 ? expected[attempt - 1] : .seconds(8)
            for random in [-1, 0, 0.25, 0.5, 1, 7] {
                let factor = 0.75 + 0.25 * min(max(random, 0), 1)
                #expect(
                    policy.decision(after: failure, attempt: attempt, elapsed: .zero, random: random)
                        == .retry(after: full * factor))
            }
        }
    }

    @Test func theServersWaitIsTakenOrRefused() {
        func decision(_ wait: Duration) -> RetryPolicy.Decision {
            policy.decision(
                after: CallFailure(.http, "x", status: 429, retryAfter: wait), attempt: 1, elapsed: .zero, random: 0.5)
        }
        #expect(decision(.zero) == .retry(after: .zero))
        #expect(decision(.seconds(120)) == .retry(after: .seconds(120)))
        #expect(decision(.milliseconds(120_001)) == .giveUp(reason: "the server asks to wait 121 s, longer than 120 s"))
        #expect(decision(.seconds(-1)) == .retry(after: .milliseconds(500) * 0.875))
    }

    @Test func attemptsAndDeadline() {
        let failure = CallFailure(.transport, "x")
        func decision(_ attempt: Int, _ elapsed: Duration) -> RetryPolicy.Decision {
            policy.decision(after: failure, attempt: attempt, elapsed: elapsed, random: 1)
        }
        #expect(decision(5, .zero) == .retry(after: .seconds(8)))
        #expect(decision(6, .zero) == .giveUp(reason: "gave up after 6 attempts"))
        #expect(decision(1, .milliseconds(599_499)) == .retry(after: .milliseconds(500)))
        #expect(
            decision(1, .milliseconds(599_500))
                == .giveUp(reason: "the deadline of 600 s leaves no time for another attempt"))
    }
}
