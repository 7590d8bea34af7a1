"""The figures the catalog must hold, one line each, kept apart from the catalog's own files."""

# Features: s streaming, j structured output, f function calling, t tool stream, r reasoning, e reasoning effort,
# p preserved thinking, c implicit caching, w web search. Shops that list it: b BigModel, v Vercel, z Z.ai.
# "?": no source states it; "-": none.
MODELS = """\
model                status      kind    family   released    context  tokens   longest  tokens  shops  features
glm-5.3              current     text    glm-5    2026-08-19  1M       1000000  128K     131072  bvz    sjftrepcw
glm-5.3-flash        current     vision  glm-5    2026-08-27  1M       1000000  128K     131072  bvz    sfrec
glm-5.3-flashx       current     vision  glm-5    ?           ?        ?        ?        ?       bvz    sfrc
glm-5.2              current     text    glm-5    2026-06-13  1M       1000000  128K     131072  bvz    sjftrepcw
glm-5.2-fast         current     text    glm-5    ?           ?        ?        ?        ?       v      sfrc
glm-5.1              current     text    glm-5    2026-03-27  200K     200000   128K     131072  bvz    sjftrpcw
glm-5-turbo          current     text    glm-5    2026-03-16  200K     200000   128K     131072  bv     sjftrc
glm-5                current     text    glm-5    2026-02-11  200K     200000   128K     131072  bvz    sjftrpcw
glm-5-code           unverified  text    glm-5    ?           ?        ?        ?        ?       -      -
glm-4.7              current     text    glm-4.7  2025-12-22  200K     200000   128K     131072  bvz    sjftrpcw
glm-4.7-flashx       current     text    glm-4.7  2026-01-19  200K     200000   128K     131072  bvz    sfrc
glm-4.7-flash        current     text    glm-4.7  2026-01-19  200K     200000   128K     131072  bvz    sjftrc
glm-4.6              current     text    glm-4.6  2025-09-30  200K     200000   128K     131072  bvz    sjftrcw
glm-4.5              current     text    glm-4.5  2025-07-28  128K     128000   96K      98304   vz     sjfrc
glm-4.5-air          current     text    glm-4.5  2025-07-28  128K     128000   96K      98304   bvz    sjfrc
glm-4.5-x            current     text    glm-4.5  ?           128K     128000   96K      98304   z      sjfrc
glm-4.5-airx         current     text    glm-4.5  ?           128K     128000   96K      98304   bz     sjfrc
glm-4.5-flash        ending      text    glm-4.5  2025-07-28  128K     128000   96K      98304   bz     sjfrc
glm-4-flashx-250414  current     text    glm-4    ?           128K     128000   16K      16384   b      sjfw
glm-4-flash-250414   current     text    glm-4    ?           128K     128000   16K      16384   b      sjf
glm-4-32b-0414-128k  legacy      text    glm-4    ?           128K     128000   16K      16384   z      sfw
glm-4-plus           legacy      text    glm-4    ?           ?        ?        ?        ?       b      -
glm-4-air-250414     legacy      text    glm-4    ?           ?        ?        ?        ?       b      -
glm-4-airx           legacy      text    glm-4    ?           ?        ?        ?        ?       b      -
glm-4-long           legacy      text    glm-4    ?           1M       1000000  4K       4096    b      -
glm-z1-air           retired     text    glm-z1   ?           128K     128000   32K      32768   b      sjfr
glm-z1-airx          retired     text    glm-z1   ?           ?        ?        ?        ?       b      sr
glm-z1-flashx        retired     text    glm-z1   ?           128K     128000   32K      32768   b      sjfr
glm-z1-flash         retired     text    glm-z1   ?           ?        ?        ?        ?       b      sr
glm-5v-turbo         current     vision  glm-v    2026-04-01  ?        ?        128K     131072  bv     sfr
glm-4.6v             current     vision  glm-v    2025-12-08  128K     128000   32K      32768   bvz    sfr
glm-4.6v-flashx      current     vision  glm-v    ?           ?        ?        ?        ?       bz     sr
glm-4.6v-flash       current     vision  glm-v    ?           ?        ?        ?        ?       bz     sr
glm-4.5v             current     vision  glm-v    2025-08-11  ?        ?        16K      16384   vz     sr
"""

# Amounts per million tokens. Ranges of tokens: first..end, the end not included; "*": any. The introductory price of
# GLM-5.3-Flash is used on its days.
PRICES = """\
model                shop      bills  input  output  cached  prompt    completion  source                     role
glm-5.3              zai       USD    1.4    4.4     0.26    *         *           zai-prices                 use
glm-5.3              vercel    USD    1.4    4.4     0.26    *         *           catwalk                    use
glm-5.3              bigmodel  CNY    8      28      2       *         *           bigmodel-prices            use
glm-5.3-flash        zai       USD    0.15   0.5     0.03    *         *           zai-prices                 use
glm-5.3-flash        zai       USD    0.075  0.25    0.015   *         *           zai-prices                 use
glm-5.3-flash        bigmodel  CNY    0.8    2.8     0.23    *         *           bigmodel-prices            use
glm-5.3-flashx       zai       USD    0.37   1.25    0.075   *         *           zai-prices                 use
glm-5.3-flashx       bigmodel  CNY    2      7       0.57    *         *           bigmodel-prices            use
glm-5.2              zai       USD    1.4    4.4     0.26    *         *           zai-prices                 use
glm-5.2              vercel    USD    0.8    2.55    0.16    *         *           catwalk                    use
glm-5.2              vercel    USD    1.5    4.5     0.3     *         *           models-dev                 reference
glm-5.2              bigmodel  CNY    8      28      2       *         *           bigmodel-prices            use
glm-5.2-fast         vercel    USD    2.1    6.6     0.21    *         *           catwalk                    use
glm-5.2-fast         vercel    USD    3      10.25   0.5     *         *           models-dev                 reference
glm-5.1              zai       USD    1.4    4.4     0.26    *         *           zai-prices                 use
glm-5.1              vercel    USD    1.4    4.4     0.26    *         *           catwalk                    use
glm-5.1              vercel    USD    1.3    4.3     0.26    *         *           models-dev                 reference
glm-5.1              bigmodel  CNY    6      24      1.3     0..32000  *           bigmodel-prices            use
glm-5.1              bigmodel  CNY    8      28      2       32000..   *           bigmodel-prices            use
glm-5-turbo          zai       USD    1.2    4       0.24    *         *           models-dev                 use
glm-5-turbo          vercel    USD    1.2    4       0.24    *         *           models-dev                 use
glm-5-turbo          bigmodel  CNY    5      22      1.2     0..32000  *           bigmodel-prices            use
glm-5-turbo          bigmodel  CNY    7      26      1.8     32000..   *           bigmodel-prices            use
glm-5                zai       USD    1      3.2     0.2     *         *           zai-prices                 use
glm-5                vercel    USD    1      3.2     ?       *         *           catwalk                    use
glm-5                vercel    USD    0.95   3.15    0.2     *         *           models-dev                 reference
glm-5                bigmodel  CNY    4      18      1       0..32000  *           bigmodel-prices            use
glm-5                bigmodel  CNY    6      22      1.5     32000..   *           bigmodel-prices            use
glm-5-code           zai       USD    1.2    5       0.3     *         *           litellm                    use
glm-4.7              zai       USD    0.6    2.2     0.11    *         *           zai-prices                 use
glm-4.7              vercel    USD    0.6    2.2     0.12    *         *           models-dev                 use
glm-4.7              bigmodel  CNY    2      8       0.4     0..32000  0..200      bigmodel-prices            use
glm-4.7              bigmodel  CNY    3      14      0.6     0..32000  200..       bigmodel-prices            use
glm-4.7              bigmodel  CNY    4      16      0.8     32000..   *           bigmodel-prices            use
glm-4.7-flashx       vercel    USD    0.06   0.40    0.01    *         *           vercel-glm-4.7-flashx      use
glm-4.7-flashx       zai       USD    0.07   0.40    0.01    *         *           zai-prices                 use
glm-4.7-flashx       bigmodel  CNY    0.5    3       0.1     *         *           bigmodel-prices            use
glm-4.7-flash        zai       USD    0      0       0       *         *           litellm                    use
glm-4.7-flash        bigmodel  CNY    0      0       ?       *         *           bigmodel-prices            use
glm-4.7-flash        vercel    USD    0.07   0.40    ?       *         *           models-dev                 use
glm-4.6              zai       USD    0.6    2.2     0.11    *         *           zai-prices                 use
glm-4.6              vercel    USD    0.6    2.2     0.11    *         *           models-dev                 use
glm-4.6              vercel    USD    0.45   1.8     0.11    *         *           litellm                    reference
glm-4.5              zai       USD    0.6    2.2     0.11    *         *           zai-prices                 use
glm-4.5              vercel    USD    0.6    2.2     0.11    *         *           models-dev                 use
glm-4.5-air          zai       USD    0.2    1.1     0.03    *         *           zai-prices                 use
glm-4.5-air          vercel    USD    0.2    1.1     0.03    *         *           models-dev                 use
glm-4.5-air          bigmodel  CNY    0.8    2       0.16    0..32000  0..200      bigmodel-prices            use
glm-4.5-air          bigmodel  CNY    0.8    6       0.16    0..32000  200..       bigmodel-prices            use
glm-4.5-air          bigmodel  CNY    1.2    8       0.24    32000..   *           bigmodel-prices            use
glm-4.5-x            zai       USD    2.2    8.9     0.45    *         *           zai-prices                 use
glm-4.5-airx         zai       USD    1.1    4.5     0.22    *         *           zai-prices                 use
glm-4.5-flash        zai       USD    0      0       ?       *         *           guide-glm-4.5              use
glm-4-flashx-250414  bigmodel  CNY    0.1    0.1     ?       *         *           guide-glm-4-flashx-250414  reference
glm-4-flashx-250414  bigmodel  CNY    0.1    0.1     0.05    *         *           bigmodel-prices            use
glm-4-flash-250414   bigmodel  CNY    0      0       ?       *         *           bigmodel-prices            use
glm-4-32b-0414-128k  zai       USD    0.1    0.1     ?       *         *           zai-prices                 use
glm-4-plus           bigmodel  CNY    5      5       2.5     *         *           bigmodel-prices            use
glm-4-air-250414     bigmodel  CNY    0.5    0.5     0.25    *         *           bigmodel-prices            use
glm-4-airx           bigmodel  CNY    10     10      ?       *         *           bigmodel-prices            use
glm-4-long           bigmodel  CNY    1      1       0.5     *         *           bigmodel-prices            use
glm-z1-air           bigmodel  CNY    0.5    0.5     ?       *         *           guide-glm-z1-air           use
glm-z1-airx          bigmodel  CNY    5      5       ?       *         *           bigmodel-prices            use
glm-z1-flashx        bigmodel  CNY    0.1    0.1     ?       *         *           guide-glm-z1-flashx        use
glm-z1-flash         bigmodel  CNY    0      0       ?       *         *           bigmodel-prices            use
glm-5v-turbo         zai       USD    1.2    4       0.24    *         *           litellm                    use
glm-5v-turbo         vercel    USD    1.2    4       0.24    *         *           models-dev                 use
glm-4.6v             zai       USD    0.3    0.9     0.05    *         *           zai-prices                 use
glm-4.6v             vercel    USD    0.3    0.9     0.05    *         *           models-dev                 use
glm-4.6v-flashx      zai       USD    0.04   0.4     0.004   *         *           zai-prices                 use
glm-4.5v             zai       USD    0.6    1.8     0.11    *         *           zai-prices                 use
glm-4.5v             vercel    USD    0.6    1.8     0.11    *         *           models-dev                 use
"""

# The gateway's table of further models, whose names were lost.
UNNAMED = """\
released    context  latency  tps  input  output  cached  hosts                        more  guess
2026-06-16  1M       0.8      219  1.40   4.40    0.26    baseten+fireworks+wafer      1     glm-5.2
2026-04-07  205K     0.2      130  1.30   4.30    0.26    baseten+deepinfra+fireworks  3     glm-5.1
2026-03-15  203K     5.2      29   1.20   4.00    0.24    zai                          0     glm-5-turbo
2026-02-12  203K     0.5      77   0.80   2.56    0.16    baseten+bedrock+deepinfra    4     glm-5
2025-12-22  205K     0.3      656  2.25   2.75    2.25    baseten+bedrock+cerebras     3     glm-4.7
2025-09-30  128K     2.3      88   0.30   0.90    0.05    zai                          0     glm-4.6v
"""


def lines(table: str) -> list[tuple[str, ...]]:
    """The lines of a table without its head."""
    return [tuple(line.split()) for line in table.splitlines()[1:]]
