/// The page's look: the colours of the lint's page.
enum ReportPageStyle {
    static let text = """
        :root{--paper:#faf9f7;--card:#fff;--ink:#1d2126;--muted:#626b76;--faint:#8d96a0;--rule:#e4e2dd;--hover:#f1efea;
        --blue:#2b6cb0;--deep:#1f4f85;--orange:#b65f1d;--teal:#1f7f6e;--gray:#b4bac1;--pass:#1f7a4d;--fail:#b8322c;
        --open:#7a6a2f;--passbg:#e7f3ec;--failbg:#fbeae8;--openbg:#f6f0dc;--track:#e6e4df;--shade:rgba(20,24,30,.28)}
        @media (prefers-color-scheme:dark){:root{--paper:#15181c;--card:#1c2026;--ink:#e8eaed;--muted:#9aa4af;
        --faint:#7b8590;--rule:#2c323a;--hover:#252b32;--blue:#7db3ea;--deep:#a9cdf3;--orange:#e79a57;--teal:#54bba7;
        --gray:#59626c;--pass:#63c493;--fail:#f0837c;--open:#d3bd6c;--passbg:#1a2f25;--failbg:#381f1f;--openbg:#302b1a;
        --track:#30363e;--shade:rgba(0,0,0,.5)}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
        "Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
        main{max-width:1240px;margin:0 auto;padding:28px clamp(14px,3vw,40px) 72px}
        h1,h2,h3,p{margin:0}
        h1{font-size:28px;line-height:1.2;letter-spacing:-.015em;margin-bottom:14px;overflow-wrap:anywhere}
        h2{font-size:19px;letter-spacing:-.005em;margin:40px 0 8px;overflow-wrap:anywhere}
        h3{font-size:14px;font-weight:600;margin:20px 0 6px}
        a{color:var(--blue)}
        .kicker{color:var(--muted);font-size:13px;margin-bottom:6px}
        .muted{color:var(--muted);font-size:13.5px;max-width:92ch}
        .reading{margin-top:14px}
        .verdict{display:flex;gap:16px;align-items:center;padding:16px 20px;border-radius:12px;border-left:6px solid}
        .verdict p{font-size:16.5px;max-width:92ch;overflow-wrap:anywhere}
        .verdict.good{background:var(--passbg);border-color:var(--pass)}
        .verdict.bad{background:var(--failbg);border-color:var(--fail)}
        .verdict.open,.verdict.note{background:var(--openbg);border-color:var(--open)}
        .seal{flex:none;width:42px;height:42px;border-radius:50%;display:grid;place-items:center;font-size:22px;
        font-weight:700;color:var(--paper);background:var(--open)}
        .good .seal{background:var(--pass)}.bad .seal{background:var(--fail)}
        .findings{margin:12px 0 0;padding:0;list-style:none;display:grid;gap:5px;max-width:104ch}
        .findings li{padding-left:20px;position:relative;overflow-wrap:anywhere}
        .findings li::before{content:"";position:absolute;left:4px;top:.55em;width:8px;height:8px;border-radius:50%;
        background:var(--gray)}
        .findings .bad::before{background:var(--fail)}.findings .good::before{background:var(--pass)}
        .findings .open::before{background:var(--open)}
        figure{margin:24px 0 0;background:var(--card);border:1px solid var(--rule);border-radius:12px;padding:16px 16px 12px}
        .plot{display:block;width:100%;height:auto;max-width:1000px;margin:0 auto}
        figcaption{color:var(--muted);font-size:13px;margin-top:6px}
        @media (prefers-color-scheme:dark){.plot{filter:invert(.93) hue-rotate(180deg)}}
        .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:12px;margin-top:12px}
        table{border-collapse:collapse;width:100%;font-size:13.5px}
        .results th,.results td{padding:5px 9px;text-align:right;border-top:1px solid var(--rule);vertical-align:top}
        .results thead th{border-top:0;color:var(--muted);font-weight:500;font-size:12.5px;vertical-align:bottom;
        white-space:nowrap}
        .results small{display:block;font-size:11px;color:var(--faint);font-weight:400;white-space:nowrap}
        .results th:first-child{text-align:left;font-weight:500;min-width:180px;max-width:280px;overflow-wrap:anywhere;
        position:sticky;left:0;background:var(--card);z-index:1}
        .results .group th{font-size:12px;font-weight:600;color:var(--muted);padding-top:12px;border-top:1px solid var(--rule);
        max-width:none}
        .results td a{display:block;margin:-5px -9px;padding:5px 9px;text-decoration:none;color:inherit;border-radius:6px}
        .results td a span{font-weight:600;color:var(--ink);border-bottom:1px dotted var(--faint)}
        .results td a:hover,.results td a:focus-visible,.results td a.current{background:var(--hover)}
        .star{color:var(--orange)}
        .none{color:var(--faint)}.seeds{color:var(--muted)}.seeds.few{color:var(--orange);font-weight:600;white-space:nowrap}
        .published td,.published tr:not(.group) th{color:var(--muted);font-style:italic}
        details{margin-top:8px}
        summary{cursor:pointer;overflow-wrap:anywhere}
        pre{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:10px 12px;font:12.5px/1.5
        ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:6px 0}
        .notes{color:var(--muted);font-size:13.5px}
        .footnotes{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:0 40px}
        dl{display:grid;grid-template-columns:minmax(110px,max-content) minmax(0,1fr);gap:4px 14px;margin:6px 0;font-size:13.5px}
        dt{color:var(--muted);max-width:180px;overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}
        ol{padding-left:22px;margin:6px 0;font-size:13.5px}ol li{margin-bottom:5px}
        :focus-visible{outline:2px solid var(--blue);outline-offset:1px}
        #panel{position:fixed;top:0;right:0;bottom:0;width:min(860px,100vw);background:var(--paper);overflow-y:auto;
        border-left:1px solid var(--rule);box-shadow:-12px 0 40px var(--shade);padding:0 clamp(14px,3vw,28px) 48px;z-index:5}
        #panel[hidden]{display:none}
        #panel>header{position:sticky;top:0;background:var(--paper);display:flex;gap:12px;align-items:center;
        justify-content:space-between;padding:12px 0 8px;z-index:2}
        #panel h2{margin:6px 0 4px;font-size:20px}
        #crumbs{font-size:13px;color:var(--muted);overflow-wrap:anywhere}
        #crumbs a{text-decoration:none}#crumbs span{margin:0 5px}
        button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--rule);border-radius:8px;
        padding:3px 10px;cursor:pointer}
        button:hover{background:var(--hover)}button[aria-pressed=true]{background:var(--ink);color:var(--paper)}
        #panel:focus{outline:none}
        .list th,.list td{text-align:left;padding:5px 8px;border-top:1px solid var(--rule);vertical-align:top}
        .list thead th{border-top:0;color:var(--muted);font-weight:500;font-size:12.5px}
        .list .num{text-align:right;white-space:nowrap}
        .list tbody tr:hover{background:var(--hover)}
        .list .text{overflow-wrap:anywhere}
        .pips{display:inline-flex;gap:3px;vertical-align:middle}
        .pips i{width:10px;height:10px;border-radius:3px;background:var(--track);border:1px solid var(--gray)}
        .pips i.done{background:var(--teal);border-color:var(--teal)}
        .failed{color:var(--fail)}.did{color:var(--teal);font-weight:600}
        .facts{color:var(--muted);font-size:13.5px;overflow-wrap:anywhere}
        .tools{display:flex;gap:8px;flex-wrap:wrap;align-items:center;margin:10px 0}
        .strip{display:flex;gap:3px;overflow-x:auto;padding:4px 2px 8px}
        .strip button{flex:none;padding:2px;border-radius:6px;width:52px;text-align:center;font-size:11px;line-height:1.3}
        .strip img,.strip .gap{width:46px;height:46px;border-radius:4px;display:block;image-rendering:pixelated}
        .gap{background:var(--track)}
        .strip button[aria-current=true]{outline:2px solid var(--blue);background:var(--hover)}
        .strip .bar{display:block;height:5px;border-radius:2px;background:var(--track);margin-top:3px;overflow:hidden}
        .strip .bar i{display:block;height:100%;background:var(--orange)}
        .strip .ends{color:var(--teal);font-weight:700}
        .pair{display:flex;gap:14px;flex-wrap:wrap;align-items:flex-start;margin:8px 0}
        .pair figure{margin:0;padding:8px;border-radius:10px}
        .pair img,.pair .gap{width:196px;height:196px;image-rendering:pixelated;border-radius:6px;display:block}
        .pair figcaption{margin-top:4px;text-align:center}
        .says{background:var(--card);border:1px solid var(--rule);border-left:4px solid var(--orange);border-radius:8px;
        padding:10px 14px;margin:6px 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:13.5px;max-height:320px;
        overflow-y:auto}
        .big{font-size:26px;font-weight:700;color:var(--orange)}
        .grid{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px}
        .grid a{text-decoration:none}
        @media (max-width:700px){dl{grid-template-columns:1fr}dd{margin-bottom:6px}.verdict{padding:14px;align-items:flex-start}
        h1{font-size:23px}.pair img,.pair .gap{width:140px;height:140px}
        .results th:first-child{min-width:120px;max-width:150px}}
        @media print{#panel{display:none}body{background:#fff}}
        """
}
