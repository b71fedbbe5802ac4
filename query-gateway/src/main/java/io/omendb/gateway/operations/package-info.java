/** What operators ask for: probes, metrics, the description of the API. */
@NullMarked
package io.omendb.gateway.operations;

import org.jspecify.annotations.NullMarked;
