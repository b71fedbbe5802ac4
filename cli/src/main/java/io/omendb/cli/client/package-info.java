/** What commands need of a running gateway. */
@NullMarked
package io.omendb.cli.client;

import org.jspecify.annotations.NullMarked;
