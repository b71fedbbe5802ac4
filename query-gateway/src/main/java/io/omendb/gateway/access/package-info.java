/** Who may do what: API keys, what they allow, and the file that lists them. */
@NullMarked
package io.omendb.gateway.access;

import org.jspecify.annotations.NullMarked;
