/** How far what is searchable lags behind what was written: tokens, log ends, lag. */
@NullMarked
package io.omendb.gateway.freshness;

import org.jspecify.annotations.NullMarked;
