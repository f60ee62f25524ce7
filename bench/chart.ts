/** Charts of reports as SVG texts, drawn by ECharts without a browser. */
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { median, type Report } from './benchmark.js'

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, LabelLayout, SVGRenderer])

const width = 720
const rowHeight = 30
const frameHeight = 90
const linesHeight = 300
const labelWidth = 170
/** Bars that differ by more than this are drawn on a logarithmic axis, said in the title. */
const spreadMax = 20
const colours = ['#2f6f8f', '#d0893a', '#6a994e', '#8d5a97', '#a44a3f']

/** The chart of a report; undefined when it has none. */
export function chartOf(report: Report): string | undefined {
  switch (report.chart) {
    case 'bars': return barsOf(report)
    case 'groups': return groupsOf(report)
    case 'lines': return linesOf(report)
    case 'none': return undefined
  }
}

/** Every figure of the first one's unit a group, in it a bar per side. */
function groupsOf({ title, figures, sides }: Report): string {
  const shown = figures.filter(({ unit }) => unit === figures[0].unit)
  const measured = sides.map(({ name, values }) => ({ name, data: shown.map(figure =>
    (values[figure.name]?.length > 0 ? median(values[figure.name]) : null)) }))
  return drawn(linesHeight, {
    title: { text: title, subtext: `${figures[0].unit}, logarithmic`, textStyle, itemGap: 4 },
    legend: { top: 4, right: 10, data: sides.map(({ name }) => name) },
    grid: { left: 90, right: 30, top: 60, bottom: 30 },
    xAxis: { type: 'category', data: shown.map(({ name }) => name) },
    yAxis: { type: 'log', logBase: 10 },
    series: measured.map(({ name, data }, i) => ({ name, type: 'bar', data,
      itemStyle: { color: colours[i % colours.length] } })),
  })
}

/** The first figure, a bar per side, the first side on top. */
function barsOf({ title, figures: [figure], sides }: Report): string {
  const rows = sides.filter(({ values }) => values[figure.name]?.length > 0)
    .map(({ name, values }) => ({ name, value: median(values[figure.name]) })).reverse()
  const all = rows.map(({ value }) => value)
  const isWide = Math.max(...all) / Math.min(...all) > spreadMax
  return drawn(frameHeight + rowHeight * rows.length, {
    title: { text: title, subtext: `${figure.unit}${isWide ? ', logarithmic' : ''}`, textStyle, itemGap: 4 },
    grid: { left: labelWidth + 20, right: 90, top: 55, bottom: 30 },
    xAxis: isWide ? { type: 'log', logBase: 10 } : { type: 'value' },
    yAxis: { type: 'category', data: rows.map(({ name }) => name),
      axisLabel: { width: labelWidth, overflow: 'truncate' } },
    series: [{ name: figure.unit, type: 'bar', itemStyle: { color: colours[0] }, data: all,
      label: { show: true, position: 'right', formatter: labelOf } }],
  })
}

/** Every figure of the first one's unit as a line over the sides. */
function linesOf({ title, figures, sides }: Report): string {
  const shown = figures.filter(({ unit }) => unit === figures[0].unit)
  return drawn(linesHeight, {
    title: { text: title, subtext: figures[0].unit, textStyle, itemGap: 4 },
    legend: { top: 4, right: 10, data: shown.map(({ name }) => name) },
    grid: { left: 70, right: 30, top: 60, bottom: 30 },
    xAxis: { type: 'category', data: sides.map(({ name }) => name) },
    yAxis: { type: 'value', min: 0 },
    series: shown.map(({ name }, i) => ({ name, type: 'line', itemStyle: { color: colours[i] },
      data: sides.map(({ values }) => (values[name] ? median(values[name]) : null)),
      label: { show: true, position: 'top', formatter: labelOf } })),
  })
}

function labelOf({ value }: { readonly value?: unknown }): string {
  return numberOf(Number(value))
}

/** A figure for people. */
export function numberOf(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

const textStyle = { fontSize: 15, fontWeight: 600 } as const

function drawn(height: number, option: Parameters<ReturnType<typeof init>['setOption']>[0]): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({ animation: false, backgroundColor: '#fff', color: colours, ...option })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}
