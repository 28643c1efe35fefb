/// The page's text around figures and plots. Data goes between tags only, never into attributes.
enum LintPageTemplate {
    static let page = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="color-scheme" content="light dark">
        <title>Reward lint - {{subject}}</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <main>
        <header>
        <p class="kicker">Reward lint · <span>{{subject}}</span></p>
        <div class="verdict {{verdict}}">
        <span class="seal" aria-hidden="true">{{mark}}</span>
        <div><h1>{{word}}</h1><p>{{headline}}</p></div>
        </div>
        <p class="muted">{{summary}} Whiskers and ranges are 95 % intervals of a bootstrap over episodes.</p>
        </header>
        <section>
        <h2>Checks</h2>
        <div class="checks">
        {{#checks}}
        <div class="check {{style}}">
        <div class="state"><span class="mark" aria-hidden="true">{{mark}}</span><span class="word">{{word}}</span></div>
        <div class="what"><h3>{{title}}{{#hasTag}} <span class="tag">{{tag}}</span>{{/hasTag}}</h3>
        <p>{{reason}}</p></div>
        <div class="bullet">{{{bullet}}}</div>
        <div class="value"><b>{{value}}</b><span class="threshold">{{threshold}}</span>
        <span class="interval">{{interval}}</span></div>
        </div>
        {{/checks}}
        </div>
        </section>
        <section>
        <h2>What the scores look like</h2>
        <div class="cards">
        <figure><figcaption><h3>Scores</h3><p>Share of transitions in percent; 8 and more in another colour.</p>
        </figcaption>{{{histogram}}}<p class="note">{{distribution}}</p></figure>
        {{#hasChanges}}<figure><figcaption><h3>True progress by score</h3>
        <p>Change of the true potential: median, middle half, and 5 to 95 %.</p></figcaption>{{{changes}}}
        <p class="note">{{progress}}</p></figure>{{/hasChanges}}
        <figure><figcaption><h3>Completions by score</h3><p>Of the transitions with a score, the share that completes a
        sub-task.</p></figcaption>{{{completions}}}</figure>
        <figure><figcaption><h3>Alignment</h3><p>Correlation of scores with the true change some transitions on; lag 0 must
        be highest.</p></figcaption>{{{lags}}}</figure>
        <figure><figcaption><h3>Value order</h3><p>Spans by correlation of summed score and time:
        <span class="key genuine"></span> goal reached, <span class="key rest"></span> not.</p></figcaption>{{{order}}}
        <p class="note">{{orderWords}}</p></figure>
        {{#hasControls}}<figure class="tall"><figcaption><h3>Controls</h3><p><span class="key genuine"></span> genuine transitions,
        <span class="key control"></span> the same shown as a control, which must score low.</p></figcaption>
        {{{controls}}}</figure>{{/hasControls}}
        <figure><figcaption><h3>Coverage</h3><p>Transitions with a score, and why others have none.</p></figcaption>
        {{#coverage}}<div class="coverage"><p><b>{{name}}</b> <span>{{share}} scored</span></p>{{{bar}}}
        {{#missing}}<p class="missing-row"><span><span class="key {{reason}}"></span> {{reason}}</span>
        <span>{{transitions}} transitions in {{spans}} spans</span></p>{{/missing}}</div>{{/coverage}}</figure>
        {{#hasPolicies}}<figure><figcaption><h3>Policies</h3><p>{{success}}</p></figcaption>
        <table><thead><tr><th>Policy</th><th>Spans</th><th>Fulfilled</th><th>Mean score</th></tr></thead><tbody>
        {{#policies}}<tr><td>{{name}}</td><td>{{spans}}</td><td>{{fulfilled}}</td><td>{{mean}}</td></tr>{{/policies}}
        </tbody></table></figure>{{/hasPolicies}}
        </div>
        </section>
        {{#hasExamples}}<section>
        <h2>Telling spans</h2>
        <p class="muted">Bars: the scores, <span class="key truth"></span> where a sub-task is completed. Lines:
        <span class="key value"></span> the summed score and <span class="key progress"></span> true progress, each on its
        own scale; the thin line is the sum's zero.</p>
        <div class="cards">
        {{#examples}}<figure><figcaption><h3>{{title}} <span class="tag">{{what}}</span></h3>
        <p class="goal">{{goal}}</p></figcaption>{{{plot}}}<p class="note">{{name}}</p></figure>
        {{/examples}}
        </div>
        </section>{{/hasExamples}}
        </main>
        </body>
        </html>

        """

    static let style = """
        :root{--paper:#faf9f7;--card:#fff;--ink:#1d2126;--muted:#626b76;--faint:#a3abb4;--rule:#e4e2dd;--grid:#eceae5;
        --blue:#3b78b8;--deep:#1f4f85;--orange:#d0762b;--teal:#2a8f7d;--gray:#b4bac1;--pass:#1f7a4d;--fail:#b8322c;
        --open:#7a6a2f;--passbg:#e7f3ec;--failbg:#fbeae8;--openbg:#f6f0dc;--zone:#cfe3d7;--track:#e6e4df}
        @media (prefers-color-scheme:dark){:root{--paper:#15181c;--card:#1c2026;--ink:#e8eaed;--muted:#9aa4af;
        --faint:#66707b;--rule:#2c323a;--grid:#272d34;--blue:#6aa5e0;--deep:#a9cdf3;--orange:#e79a57;--teal:#54bba7;
        --gray:#59626c;--pass:#63c493;--fail:#f0837c;--open:#d3bd6c;--passbg:#1a2f25;--failbg:#381f1f;--openbg:#302b1a;
        --zone:#27473a;--track:#30363e}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
        "Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
        main{max-width:1320px;margin:0 auto;padding:28px clamp(14px,3vw,40px) 60px}
        h1,h2,h3,p{margin:0}
        h1{font-size:26px;line-height:1.2;letter-spacing:-.01em}
        h2{font-size:19px;letter-spacing:-.005em;margin:40px 0 12px}
        h3{font-size:15px;font-weight:600;line-height:1.35}
        .kicker{color:var(--muted);font-size:13px;margin-bottom:10px;overflow-wrap:anywhere}
        .muted{color:var(--muted);font-size:13.5px;max-width:80ch}
        .verdict{display:flex;gap:16px;align-items:center;padding:18px 20px;border-radius:12px;margin-bottom:12px;
        border-left:6px solid}
        .verdict p{font-size:16.5px;max-width:78ch}
        .verdict.pass{background:var(--passbg);border-color:var(--pass)}
        .verdict.fail{background:var(--failbg);border-color:var(--fail)}
        .verdict.undecided{background:var(--openbg);border-color:var(--open)}
        .seal{flex:none;width:46px;height:46px;border-radius:50%;display:grid;place-items:center;font-size:24px;
        font-weight:700;color:var(--paper)}
        .pass .seal{background:var(--pass)}.fail .seal{background:var(--fail)}.undecided .seal{background:var(--open)}
        .checks{background:var(--card);border:1px solid var(--rule);border-radius:12px;overflow:hidden}
        .check{display:grid;grid-template-columns:126px minmax(0,1fr) 170px 126px;gap:4px 18px;padding:11px 18px;
        border-top:1px solid var(--rule);align-items:center}
        .check:first-child{border-top:0}
        .check.fail{background:var(--failbg)}
        .state{display:flex;gap:8px;align-items:center;font-size:13px;font-weight:600;white-space:nowrap}
        .mark{flex:none;width:20px;height:20px;border-radius:50%;display:grid;place-items:center;font-size:12px;
        border:1.5px solid currentColor}
        .check.pass .state{color:var(--pass)}.check.fail .state{color:var(--fail)}.check.open .state{color:var(--muted)}
        .what p{color:var(--muted);font-size:13.5px;line-height:1.45}
        .check.fail .what p{color:var(--ink)}
        .tag{font-weight:400;font-size:12px;color:var(--muted);margin-left:4px}
        .bullet svg{display:block;width:100%}
        .value{display:grid;grid-template-columns:1fr 58px;gap:0 8px;align-items:baseline;text-align:right;font-size:13px;
        line-height:1.35}
        .value b{font-size:16px}
        .threshold{color:var(--muted)}
        .interval{grid-column:1/-1;color:var(--muted);font-size:12px}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr));gap:16px}
        figure{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:16px 16px 12px;
        min-width:0}
        .tall{grid-row:span 2}
        figcaption{margin-bottom:10px}
        figcaption p,.note{color:var(--muted);font-size:13px;line-height:1.45}
        .note{margin-top:8px;overflow-wrap:anywhere}
        .goal{color:var(--ink)!important;overflow-wrap:anywhere;display:-webkit-box;-webkit-line-clamp:3;
        -webkit-box-orient:vertical;overflow:hidden}
        section>.muted{margin-bottom:12px}
        figure svg{display:block;width:100%;height:auto}
        svg text{font-size:12px;fill:var(--muted);font-family:inherit}
        svg .small{font-size:11px}svg .strong{fill:var(--ink);font-weight:600}svg .faint{fill:var(--faint)}
        .grid{stroke:var(--grid)}.zero{stroke:var(--faint);stroke-dasharray:3 3}.base{stroke:var(--faint)}
        .bar{fill:var(--blue)}.bar.top{fill:var(--deep)}.bar.truth{fill:var(--teal)}.bar.control{fill:var(--orange)}
        .bar.rest{fill:var(--gray)}
        .box{fill:var(--blue);fill-opacity:.35;stroke:var(--blue)}.stem{stroke:var(--muted);stroke-width:1.3}
        .middle{stroke:var(--ink);stroke-width:2}
        .track{fill:var(--track)}.zone{fill:var(--zone)}.limit{stroke:var(--ink);stroke-width:1.5}
        .whisker{stroke-width:2.5;stroke-linecap:round;opacity:.6}
        .whisker.pass,.lollipop.pass{stroke:var(--pass)}.whisker.fail,.lollipop.fail{stroke:var(--fail)}
        .whisker.open{stroke:var(--muted)}.lollipop{stroke-width:5;opacity:.35}.lollipop.rest{stroke:var(--gray)}
        .dot.pass{fill:var(--pass)}.dot.fail{fill:var(--fail)}.dot.open{fill:var(--muted)}.dot.rest{fill:var(--faint)}
        .dot{stroke:var(--card);stroke-width:1}
        .value polyline,polyline.value{fill:none;stroke:var(--deep);stroke-width:2.2;stroke-linejoin:round}
        polyline.progress{fill:none;stroke:var(--orange);stroke-width:2;stroke-dasharray:6 4;stroke-linejoin:round}
        .key{display:inline-block;width:11px;height:11px;border-radius:2px;vertical-align:-1px}
        .key.genuine{background:var(--blue)}.key.rest{background:var(--gray)}.key.control{background:var(--orange)}
        .key.truth{background:var(--teal)}.key.value,.key.progress{width:20px;height:0;border-radius:0;vertical-align:4px;
        border-top:2.5px solid var(--deep)}.key.progress{border-top:2.5px dashed var(--orange)}
        .key.transport,.key.http,.key.refusal,.key.truncation,.key.invalid,.key.unknown{background:currentColor}
        .missing{fill:currentColor}
        .transport{color:#8a5fb0}.http{color:#b0538a}.refusal{color:#c4473f}.truncation{color:#cf8a2e}
        .invalid{color:#7f8c2f}.unknown{color:#8b939c}
        .coverage+.coverage{margin-top:14px}
        .coverage p{display:flex;justify-content:space-between;font-size:13.5px}
        .missing-row{color:var(--muted)}
        table{width:100%;border-collapse:collapse;font-size:13.5px}
        th,td{padding:5px 4px;text-align:right;border-top:1px solid var(--rule)}
        th{border-top:0;color:var(--muted);font-weight:500;font-size:12.5px}
        th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere}
        @media (max-width:760px){
        .check{grid-template-columns:minmax(0,1fr) auto;padding:12px 14px}
        .state{grid-column:1}.value{grid-column:2;grid-row:1}.what{grid-column:1/-1}.bullet{grid-column:1/-1;max-width:260px}
        .verdict{padding:14px;align-items:flex-start}h1{font-size:22px}
        }
        """
}
