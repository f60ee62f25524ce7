/** The tour's public face. */
export { runTour, type TourOptions } from './tour.js'
