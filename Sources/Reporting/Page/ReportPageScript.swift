internal import Episodes

/// The page's script. It puts words into text nodes only, and keeps what it shows in the address, so that it can be linked to
/// and the browser's back key works.
enum ReportPageScript {
    static let text = #"""
        "use strict";
        (() => {
        const data = JSON.parse(document.getElementById("data").textContent);
        const panel = document.getElementById("panel"), body = document.getElementById("panel-body");
        const title = document.getElementById("panel-title"), crumbs = document.getElementById("crumbs");
        let opener = null, keys = null;

        const make = (tag, words, style) => {
          const element = document.createElement(tag);
          if (words !== undefined && words !== null) element.textContent = String(words);
          if (style) element.className = style;
          return element;
        };
        const add = (parent, ...children) => { for (const child of children) if (child) parent.append(child); return parent; };
        const link = (words, hash) => { const a = make("a", words); a.href = hash; return a; };
        const number = (value, digits) => value === undefined || value === null ? "-" : value.toFixed(digits === undefined ? 2 : digits).replace("-", "\u2212");
        const table = (heads) => {
          const element = make("table", null, "list"), head = make("tr");
          for (const [words, style] of heads) { const th = make("th", words, style); th.scope = "col"; head.append(th); }
          add(element, add(make("thead"), head), make("tbody"));
          return element;
        };
        const line = (element, cells) => {
          const row = make("tr");
          for (const [content, style] of cells) {
            const cell = make("td", null, style);
            if (content instanceof Node) cell.append(content); else cell.textContent = content === null || content === undefined ? "" : String(content);
            row.append(cell);
          }
          element.tBodies[0].append(row);
          return row;
        };
        const scroll = (element) => add(make("div", null, "scroll"), element);
        const pips = (done, all) => {
          const box = make("span", null, "pips");
          box.setAttribute("role", "img");
          box.setAttribute("aria-label", done + " of " + all);
          for (let i = 0; i < all; i++) box.append(make("i", null, i < done ? "done" : ""));
          return box;
        };
        const dollars = (value, labels) => labels && !labels.priced ? "no cost" : value === undefined || value === null ? "cost not known" : "$" + value.toFixed(value > 0 && value < 0.01 ? 6 : 4);

        const weight = (steps, task) => steps <= task.expert ? 1 : task.expert / steps;
        const score = (measure, result, task) => {
          const [done, steps, met, total] = result;
          const length = (data.measures.find((m) => m.name === measure) || {}).length;
          if (length !== undefined && length !== null) return task.n === length ? done / task.n : null;
          switch (measure) {
            case "return": return done;
            case "goal_conditions": return total ? met / total : null;
            case "success": return done === task.n ? 1 : 0;
            case "path_weighted_success": return done < task.n ? 0 : weight(steps, task);
            case "path_weighted_proportion": return done / task.n * weight(steps, task);
            case "path_weighted_goal_conditions": return total ? met / total * weight(steps, task) : null;
            default: return done / task.n;
          }
        };
        // Tasks for which every counted evaluation has the measure: those of the table.
        const covered = (s, measure) => {
          const counted = data.rows.flatMap((row) => row.runs.map((run) => run.evaluations[s])).filter((e) => e && !e.uncounted);
          return data.sets[s].tasks.map((task, i) => counted.every((e) => score(measure, e.r[i], task) !== null));
        };
        const mean = (evaluation, set, measure, covers) => {
          const values = evaluation.r.map((r, i) => r && covers[i] ? score(measure, r, set.tasks[i]) : null).filter((v) => v !== null);
          return values.length ? values.reduce((a, b) => a + b, 0) / values.length : null;
        };
        const command = (run) => {
          const box = make("details");
          add(box, make("summary", "Command"), make("pre", run.command));
          return box;
        };

        // The runs behind a number.
        const showCell = (s, r, measure) => {
          const set = data.sets[s], row = data.rows[r], named = data.measures.find((m) => m.name === measure);
          if (!set || !row || !named) return false;
          title.textContent = named.title + " \u00b7 " + row.title;
          trail([[set.name, null]]);
          add(body, make("p", "Mean over the tasks of " + set.name + ", by seed.", "facts"));
          const list = table([["Run"], ["Seed", "num"], [named.title, "num"], ["After update", "num"], ["Tasks", "num"], ["State"]]);
          const covers = covered(s, measure);
          row.runs.forEach((run, k) => {
            const evaluation = run.evaluations[s];
            line(list, [
              [evaluation ? link(run.name, "#/run/" + [s, r, k, measure].join("/")) : run.name, "text"], [run.seed, "num"],
              [evaluation ? number(mean(evaluation, set, measure, covers), 3) : "-", "num"], [evaluation && evaluation.step, "num"],
              [evaluation && evaluation.r.filter(Boolean).length, "num"],
              [evaluation ? (evaluation.uncounted ? "not counted: " + evaluation.uncounted : run.state) : run.state + "; not evaluated", "text"],
            ]);
          });
          add(body, scroll(list), make("h3", "Made with"));
          for (const run of row.runs) body.append(make("pre", run.command));
          const run = row.runs.find((x) => x.reward);
          if (run) add(body, make("h3", "Reward"), make("p", run.reward, "facts"));
          labelFacts(row.runs.map((x) => x.labels).find((x) => x !== undefined && x !== null));
          return true;
        };
        const labelFacts = (index) => {
          const labels = data.labels[index];
          if (!labels) return;
          add(body, make("h3", "Labels"), make("p", labels.name + ": " + labels.model + "; prompts " + labels.prompts.join(", ") + "; " + dollars(labels.dollars, labels), "facts"));
        };

        // The tasks of a run.
        const showRun = (s, r, k, measure) => {
          const set = data.sets[s], row = data.rows[r], run = row && row.runs[k], evaluation = run && run.evaluations[s];
          if (!set || !evaluation) return false;
          measure = data.measures.some((m) => m.name === measure) ? measure : "proportion";
          title.textContent = evaluation.name;
          trail([[row.title, "#/cell/" + [s, r, measure].join("/")]]);
          const facts = [run.state, evaluation.step === undefined || evaluation.step === null ? null : "checkpoint after update " + evaluation.step,
            evaluation.sha256 ? "sha256 " + evaluation.sha256.slice(0, 16) : null,
            evaluation.seconds ? number(evaluation.seconds, 1) + " s" : null].filter(Boolean).join(" \u00b7 ");
          add(body, make("p", facts, "facts"), command(run));
          const settings = make("details");
          add(settings, make("summary", "Settings of the evaluation"), make("pre", evaluation.config));
          body.append(settings);
          if (evaluation.uncounted) body.append(make("p", "Not counted in the table: " + evaluation.uncounted + ".", "failed"));
          const tools = make("div", null, "tools"), holder = make("div");
          const named = data.measures.find((m) => m.name === measure);
          let filter = named.length ? String(named.length) : "all";
          const draw = () => {
            holder.replaceChildren();
            const list = table([["#", "num"], ["Instruction"], ["Completed"], ["Steps", "num"], ["Goal", "num"], ["Failed", "num"]]);
            set.tasks.forEach((task, i) => {
              const result = evaluation.r[i];
              if (!result || (filter !== "all" && String(task.n) !== filter)) return;
              const words = make("div", null, "text");
              add(words, link(task.text || "(no words)", "#/task/" + [s, r, k, i].join("/")));
              if (evaluation.problems[i]) words.append(make("div", evaluation.problems[i], "failed"));
              line(list, [[i, "num"], [words], [pips(result[0], task.n)], [result[1] + " / " + task.limit, "num"],
                [result.length > 2 ? result[2] + " / " + result[3] : "", "num"], [evaluation.s[i].f.length / 2, "num"]]);
            });
            holder.append(scroll(list));
          };
          if (!evaluation.r.length) return true;
          const lengths = [...new Set(set.tasks.map((t) => t.n))].sort((a, b) => a - b);
          for (const value of ["all", ...lengths.map(String)]) {
            const button = make("button", value === "all" ? "all tasks" : value);
            button.type = "button";
            button.setAttribute("aria-pressed", String(value === filter));
            button.addEventListener("click", () => {
              filter = value;
              for (const other of tools.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
              draw();
            });
            tools.append(button);
          }
          add(body, add(tools, make("span", "number of sub-tasks", "facts")), holder);
          draw();
          return true;
        };

        // The steps of a rollout.
        const showTask = (s, r, k, i) => {
          const set = data.sets[s], row = data.rows[r], run = row && row.runs[k], evaluation = run && run.evaluations[s];
          const task = set && set.tasks[i], result = evaluation && evaluation.r[i];
          if (!task || !result) return false;
          title.textContent = task.text || "(no words)";
          trail([[row.title, "#/cell/" + [s, r, "proportion"].join("/")], [evaluation.name, "#/run/" + [s, r, k, "proportion"].join("/")]]);
          const facts = make("p", null, "facts");
          add(facts, pips(result[0], task.n), document.createTextNode(" " + result[0] + " of " + task.n + " sub-tasks \u00b7 " + result[1] + " of at most " + task.limit + " steps, recorded " + task.expert
            + (result.length > 2 ? " \u00b7 goal conditions " + result[2] + " of " + result[3] : "") + " \u00b7 room " + task.scene + " \u00b7 start " + task.start + (task.type ? " \u00b7 " + task.type : "")));
          add(body, facts, make("p", task.key, "facts"));
          if (evaluation.problems[i]) body.append(make("p", evaluation.problems[i], "failed"));
          const tools = make("div", null, "tools");
          if (task.episode !== undefined && task.episode !== null) {
            if (data.episodes[task.episode]) tools.append(link("Source episode " + task.episode, "#/episode/" + task.episode + "/0"));
            else tools.append(make("span", "Source episode " + task.episode + " is not in this page, for its size: rgvlm-inspect labels " + task.episode, "facts"));
          }
          const near = (step) => { for (let j = i + step; j >= 0 && j < set.tasks.length; j += step) if (evaluation.r[j]) return "#/task/" + [s, r, k, j].join("/"); return null; };
          const previous = near(-1), next = near(1);
          if (previous) tools.append(link("\u2190 previous task", previous));
          if (next) tools.append(link("next task \u2192", next));
          keys = { ArrowLeft: previous, ArrowRight: next };
          body.append(tools);
          const steps = evaluation.s[i], objects = new Map(), failures = new Map(), done = new Set(steps.c);
          for (let j = 0; j < steps.o.length; j += 2) objects.set(steps.o[j], data.strings[steps.o[j + 1]]);
          for (let j = 0; j < steps.f.length; j += 2) failures.set(steps.f[j], data.strings[steps.f[j + 1]]);
          const list = table([["t", "num"], ["Action"], ["Object"], ["What came of it"]]);
          [...steps.a].forEach((letter, t) => {
            const failure = failures.get(t);
            line(list, [[t, "num"], [data.actions[letter.charCodeAt(0) - 97] || "?"], [objects.get(t), "text"],
              [failure !== undefined ? failure : done.has(t) ? "sub-task completed" : "", failure !== undefined ? "failed text" : "did"]]);
          });
          add(body, make("h3", "Steps"), steps.a.length ? scroll(list) : make("p", "No step was taken.", "facts"), make("h3", "This task in all runs"));
          const grid = make("div", null, "grid");
          data.rows.forEach((other, q) => other.runs.forEach((one, p) => {
            const evaluated = one.evaluations[s], found = evaluated && evaluated.r[i];
            if (!found) return;
            const a = link("", "#/task/" + [s, q, p, i].join("/"));
            add(a, pips(found[0], task.n), document.createTextNode(" " + one.name + (evaluated.uncounted ? " (not counted)" : "")));
            grid.append(a);
          }));
          body.append(grid);
          return true;
        };

        // A source episode and one of its transitions.
        const showEpisode = (id, t) => {
          const episode = data.episodes[id];
          if (!episode || !episode.steps.length) return false;
          t = Math.max(0, Math.min(episode.steps.length - 1, t || 0));
          title.textContent = episode.goal || episode.key;
          trail([["episode " + id, null]]);
          add(body, make("p", [episode.split, episode.key, episode.scene, episode.type, episode.steps.length + " transitions"].filter(Boolean).join(" \u00b7 "), "facts"));
          const marks = new Map();
          for (const span of episode.spans) for (const x of span.scores) if (x.score !== undefined && x.score !== null && !marks.has(x.t)) marks.set(x.t, x.score);
          const ends = new Set(episode.subtasks.map((x) => x.first + x.count - 1));
          const picture = (index) => {
            const frame = episode.frames[index];
            if (!frame) return make("span", null, "gap");
            const image = make("img");
            image.alt = "Frame " + index;
            image.src = "data:image/jpeg;base64," + frame;
            return image;
          };
          const strip = make("div", null, "strip");
          let current = null;
          episode.steps.forEach((step, index) => {
            const button = make("button");
            button.type = "button";
            button.title = step.action + (step.object ? " " + step.object : "");
            const bar = make("span", null, "bar"), fill = make("i"), value = marks.get(index);
            fill.style.width = (value === undefined ? 0 : value * 10) + "%";
            add(button, picture(index), add(bar, fill), make("span", index + (value === undefined ? "" : ": " + value), ends.has(index) ? "ends" : ""));
            if (index === t) { button.setAttribute("aria-current", "true"); current = button; }
            button.addEventListener("click", () => { location.replace("#/episode/" + id + "/" + index); });
            strip.append(button);
          });
          body.append(strip);
          const step = episode.steps[t], task = episode.subtasks[step.subtask];
          add(body, make("h3", "Transition " + t + ": " + step.action + (step.object ? " " + step.object : "")));
          const pair = make("div", null, "pair");
          for (const [index, words] of [[t, "before"], [t + 1, "after"]]) add(pair, add(make("figure"), picture(index), make("figcaption", words + " (" + index + ")")));
          const side = make("div");
          if (task) side.append(make("p", "Sub-task " + step.subtask + ": " + task.kind + (task.object ? " " + task.object : ""), "facts"));
          side.append(make("p", "Sparse reward of its sub-task: " + step.sparse, "facts"));
          if (!marks.has(t)) side.append(make("p", "No score in the label runs used.", "facts"));
          add(body, add(pair, side));
          for (const span of episode.spans) {
            const mark = span.scores.find((x) => x.t === t);
            if (!mark) continue;
            const labels = data.labels[span.labels], window = mark.window;
            const has = mark.score !== undefined && mark.score !== null;
            add(side, add(make("p"), make("span", has ? mark.score : "no score", "big"), document.createTextNode(has ? " of 10, " + labels.model : " (" + [span.status, span.failure].filter(Boolean).join(": ") + ")")));
            if (mark.expected !== undefined && mark.expected !== null) side.append(make("p", "Expected score " + number(mark.expected), "facts"));
            add(body, make("p", labels.name + " \u00b7 " + labels.model + " \u00b7 prompts " + labels.prompts.join(", ") + " \u00b7 " + span.kind + ": " + span.goal + " \u00b7 the span: " + dollars(span.dollars, labels), "facts"));
            for (const [heading, texts] of [["Stage 1, analysis", span.analyses], ["Stage 2, scores", span.scorings]]) {
              const fitting = texts.filter((x) => window !== undefined && window !== null && x.window === window);
              const shown = fitting.length ? fitting : texts.slice(0, 1);
              for (const text of shown) {
                const price = text.model ? " \u00b7 " + text.model : "";
                add(body, make("h3", heading + " (window " + text.window + price + ", " + text.tokens.join(" + ") + " tokens, " + dollars(text.dollars, labels) + ")"), make("div", text.text, "says"));
              }
            }
          }
          keys = { ArrowLeft: t > 0 ? "#/episode/" + id + "/" + (t - 1) : null, ArrowRight: t + 1 < episode.steps.length ? "#/episode/" + id + "/" + (t + 1) : null, replace: true };
          if (current) requestAnimationFrame(() => { strip.scrollLeft = current.offsetLeft - strip.offsetLeft - strip.clientWidth / 2 + 26; });
          return true;
        };

        const trail = (places) => {
          crumbs.replaceChildren();
          places.forEach(([words, hash], index) => {
            if (index) crumbs.append(make("span", "\u203a"));
            crumbs.append(hash ? link(words, hash) : document.createTextNode(words));
          });
        };
        const whole = (text) => /^[0-9]{1,15}$/.test(text || "") ? Number(text) : -1;
        const show = () => {
          const parts = location.hash.split("/").slice(1), wasHidden = panel.hidden, old = title.textContent;
          body.replaceChildren();
          keys = null;
          const [kind, a, b, c, d] = parts;
          let shown = false;
          if (kind === "cell") shown = showCell(whole(a), whole(b), c);
          if (kind === "run") shown = showRun(whole(a), whole(b), whole(c), d);
          if (kind === "task") shown = showTask(whole(a), whole(b), whole(c), whole(d));
          if (kind === "episode") shown = showEpisode(whole(a), whole(b));
          panel.hidden = !shown;
          if (shown && wasHidden) opener = document.activeElement;
          if (shown && (wasHidden || old !== title.textContent)) { panel.scrollTop = 0; panel.focus({ preventScroll: true }); }
          if (!shown && !wasHidden && opener && opener.focus) opener.focus({ preventScroll: true });
        };
        const close = () => {
          const place = window.scrollY;
          history.pushState(null, "", location.pathname + location.search);
          show();
          window.scrollTo(0, place);
        };
        document.getElementById("close").addEventListener("click", close);
        window.addEventListener("hashchange", show);
        window.addEventListener("popstate", show);
        document.addEventListener("keydown", (event) => {
          if (panel.hidden || event.altKey || event.ctrlKey || event.metaKey) return;
          if (event.key === "Escape") { close(); return; }
          const hash = keys && keys[event.key];
          if (!hash) return;
          event.preventDefault();
          if (keys.replace) location.replace(hash); else location.hash = hash;
        });
        show();
        })();
        """#
}
