/** Which of a lane's random sequences what is drawn from (laneRandom). */
export const SIZES = 1;
export const READS = 2;
export const ARRIVALS = 4;
export const POOL = 5;
export const BACKOFFS = 9;
