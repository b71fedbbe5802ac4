/**
 * The ingestion job: topics in, vector operators behind them, what cannot be read to dead-letter
 * topics.
 */
@NullMarked
package io.omendb.connectors.ingest;

import org.jspecify.annotations.NullMarked;
