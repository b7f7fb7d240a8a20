// The page: what each control does, and what is shown in which state.

import { $, el, number, problems, say } from "./dom.js";
import { Cancelled } from "./engine.js";
import { openIntake } from "./intake.js";
import { openMapping } from "./mapping.js";
import { openSettings } from "./settings.js";
import { openProgress, showProgress, startProgress } from "./progress.js";
import { showInputs, showSummary } from "./summary.js";
import { Table } from "./table.js";
import { openDetails } from "./details.js";
import { openWhatIf } from "./whatif.js";
import { openPlots } from "./plots.js";
import { showLeftOut, showRuns } from "./lists.js";
import { openDownloads } from "./downloads.js";
import { openPrevious } from "./previous.js";
import { openAlert } from "./alert.js";
import { relay } from "./seal.js";

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Shows one state: `ready`, `running`, `done` or `failed`. */
function enter(state) {
  document.documentElement.dataset.state = state;
  $("#intake").hidden = state === "running" || state === "done";
  $("#progress").hidden = state !== "running";
  $("#results").hidden = state !== "done";
}

export function openPage(glue, engine) {
  const catalog = glue.catalog();
  let sound = true;
  const runButton = () => { $("#run").disabled = !sound || intake.chosen.traffic.length === 0; };
  const settings = openSettings(glue, catalog, (_, ok) => { sound = ok; runButton(); });
  const mapping = openMapping(glue);
  const chosen = () => { runButton(); mapping.show(intake.chosen.traffic); };
  const intake = openIntake(glue, chosen, (files) => previous.take(files), mapping.take);
  const plots = openPlots(glue, catalog);
  const whatIf = openWhatIf(glue, catalog, redecide);
  const details = openDetails(engine, whatIf?.allow ?? null);
  const table = new Table(engine, details.show);
  openDownloads(engine, catalog, plots.pictures, () => whatIf?.faults() ?? []);
  const previous = openPrevious(engine);
  const alert = openAlert(engine);
  openProgress(() => engine.cancel());
  tellFormats(catalog);
  tellSample(glue);

  async function begin(traffic) {
    await intake.settled().catch(() => {});
    if (document.documentElement.dataset.state !== "running") analyse(traffic(), intake.chosen.databases);
  }
  $("#run").addEventListener("click", () => begin(() => intake.chosen.traffic));
  $("#sample").addEventListener("click", () => begin(() => [new File([glue.sampleTraffic()], "sample.csv")]));
  $("#restart").addEventListener("click", () => {
    engine.cancel();
    intake.clear();
    problems([]);
    enter("ready");
    $("#traffic-input").focus();
  });

  async function analyse(traffic, databases) {
    const used = { ...settings.read(), ...mapping.read() };
    problems([]);
    details.hide();
    startProgress();
    enter("running");
    $("#cancel").focus();
    try {
      const told = await engine.call("analyse", [used, traffic, databases], showProgress);
      problems(told, await raises(traffic));
      whatIf?.begin(used);
      previous.clear();
      await showResults();
      enter("done");
      await table.refresh();
      $("#headline").focus();
      say($("#headline").textContent);
    } catch (error) {
      const cancelled = error instanceof Cancelled;
      const buttons = cancelled ? [] : await raises(traffic);
      enter(cancelled ? "ready" : "failed");
      problems(cancelled ? [] : error.message.split("\n"), buttons);
      if (cancelled) say("Cancelled");
      $("#run").focus();
    }
  }

  /** A question for each limit that stopped a file: a button that raises it and analyses the same files again. */
  async function raises(traffic) {
    const asked = await engine.call("raises").catch(() => []);
    const highest = new Map(asked.map((raise) => [raise.setting, raise]));
    return [...highest.values()].map(({ setting, label, unit, to }) => el("button", { type: "button", on: { click: () => {
      settings.write({ ...settings.read(), [setting]: to });
      begin(() => traffic);
    } } }, `Raise “${label}” to ${number(to)} ${unit} and analyse again`));
  }

  async function showResults() {
    const [summary, lists, charts] = await Promise.all([
      engine.call("summary", [nowSeconds()]), engine.call("lists"), engine.call("charts"),
    ]);
    table.begin(await engine.call("columns"));
    showSummary(summary, pick);
    showInputs(summary);
    showRuns(lists);
    showLeftOut(lists);
    plots.show(charts);
    await alert.begin();
  }

  /** Shows in the table what a headline number counts. */
  function pick(filter) {
    table.filter(filter);
    $("#addresses").scrollIntoView({ block: "start" });
  }

  async function redecide(changed) {
    const difference = await engine.call("redecide", [changed]);
    const [summary, lists] = await Promise.all([engine.call("summary", [nowSeconds()]), engine.call("lists")]);
    showSummary(summary, pick);
    showLeftOut(lists);
    await Promise.all([table.refresh(true), details.refresh(), alert.refresh(), previous.refresh()]);
    return difference;
  }

  $("#seal-state").replaceChildren("Sealed", el("span", { class: "wide" },
    relay ? `: only the alert relay at ${relay} can be reached` : ": no connection is possible"));
  if (relay) $("#seal-reach").textContent = `no connection to any server, this one included, but the alert relay at ${relay}, and to that only when you press.`;
  $("#version").textContent = `Flowglass ${catalog.version}`;
  $("#sample").disabled = false;
  runButton();
  enter("ready");
}

function tellFormats(catalog) {
  $("#drop-kinds").textContent = `${catalog.formats.length} kinds of captures, logs and tables, packed or not, and GeoIP databases (.mmdb) together: each is told by its content.`;
  $("#formats > div").replaceChildren(...[...catalog.formats, catalog.packing].map(({ title, help, limits }) =>
    el("div", null, el("h3", null, title), el("p", null, help), el("p", { class: "quiet" }, limits))));
}

function tellSample(glue) {
  const attackers = glue.sampleAttackers();
  $("#sample-about > div").replaceChildren(
    el("p", null, `Traffic made up by this program, with ${number(attackers.length)} attackers among ordinary clients:`),
    el("ul", null, attackers.map(([address, what]) => el("li", null, el("span", { class: "name" }, address), ` ${what}`))));
}
