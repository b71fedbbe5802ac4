/** Commands that give API keys and take them away. */
@NullMarked
package io.omendb.cli.key;

import org.jspecify.annotations.NullMarked;
