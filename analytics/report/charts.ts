/**
 * Charts of the weekly report as SVG texts, drawn on the server by ECharts: no browser, no script in the
 * page. Names come from people: ECharts escapes what it draws.
 */
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { ReportDay, ReportInterest } from './weekly.js'

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

const width = 640
const dayHeight = 260
const rowHeight = 28
const frameHeight = 90
/** Longer names are cut: the table below the chart has them whole. */
const labelWidth = 150
const colours = ['#2f6f8f', '#d0893a']

/** Records as bars and persons as a line, day by day. */
export function daysChart(days: readonly ReportDay[]): string {
  return drawn(dayHeight, {
    title: { text: 'Records and persons by day', textStyle },
    legend: { top: 4, right: 10, data: ['records', 'persons'] },
    grid: { left: 50, right: 50, top: 50, bottom: 30 },
    xAxis: { type: 'category', data: days.map(({ day }) => day) },
    yAxis: [{ type: 'value', minInterval: 1 }, { type: 'value', minInterval: 1, splitLine: { show: false } }],
    series: [
      { name: 'records', type: 'bar', data: days.map(({ records }) => records) },
      { name: 'persons', type: 'line', yAxisIndex: 1, data: days.map(({ persons }) => persons) },
    ],
  })
}

/** This week beside the one before, a row per name, the first on top. */
export function interestsChart(title: string, interests: readonly ReportInterest[]): string {
  const rows = [...interests].reverse()
  return drawn(frameHeight + rowHeight * rows.length, {
    title: { text: title, textStyle },
    legend: { top: 4, right: 10, data: ['this week', 'the week before'] },
    grid: { left: labelWidth + 20, right: 30, top: 45, bottom: 30 },
    xAxis: { type: 'value', minInterval: 1 },
    yAxis: { type: 'category', data: rows.map(({ name }) => name),
      axisLabel: { width: labelWidth, overflow: 'truncate' } },
    series: [
      { name: 'the week before', type: 'bar', itemStyle: { color: colours[1] },
        data: rows.map(({ before }) => before) },
      { name: 'this week', type: 'bar', itemStyle: { color: colours[0] },
        data: rows.map(({ records }) => records) },
    ],
  })
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
