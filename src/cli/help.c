// SPDX-License-Identifier: BSD-2-Clause
#include "src/cli/cli.h"

const char qsr_help_main[] =
    "Usage: qsr COMMAND ...\n"
    "\n"
    "Upscales pictures and videos with a small neural network, on the CPU.\n"
    "\n"
    "Commands:\n"
    "  upscale IN OUT   make IN larger: PNG, y4m or video\n"
    "  models           list the built-in models\n"
    "  verify FILE.qsr  check model files\n"
    "  info             show versions, instruction sets and threads\n"
    "  bench            measure the speed on this machine\n"
    "  doctor           check this installation, or a Hexagon DSP\n"
    "  eval DIR         judge a model by pairs of pictures\n"
    "\n"
    "  -h, --help       this text; 'qsr COMMAND --help' for one command\n"
    "  --version        version\n";

const char qsr_help_upscale[] =
    "Usage: qsr upscale IN OUT [OPTIONS]\n"
    "       qsr upscale IN --md5 [OPTIONS]\n"
    "\n"
    "  IN.png  OUT.png                     a picture\n"
    "  IN.y4m  OUT.y4m                     raw frames\n"
    "  IN.mp4  OUT.mkv|.mp4|.mov|.webm     a video: encoded anew, audio kept\n"
    "  -                                   standard input or output (PNG and y4m)\n"
    "\n"
    "  -s, --scale N         1.5, 2 (default), 3 or 4\n"
    "  -m, --model NAME      built-in model, or a .qsr file (default quicksrnet-small)\n"
    "  -t, --threads N       0 (default): all cores this process may use\n"
    "  -y, --overwrite       replace OUT if it exists\n"
    "  -q, --quiet           errors only\n"
    "      --progress        show progress even if standard error is no terminal\n"
    "      --quality N       video: 0 (lossless or best) to 51; default 17 (H.264)\n"
    "                        or 20 (VP9, VP8); lower is better and larger\n"
    "      --bitrate N       video: average kbit/s instead of constant quality\n"
    "      --frames N        stop after N frames\n"
    "      --reuse WHAT      auto (default): parts of a video that stand still are copied,\n"
    "                        the samples are the same; or off\n"
    "      --matrix NAME     y4m: bt601, bt709, bt2020, smpte240m or fcc; default\n"
    "                        bt709 above 576 lines, else bt601\n"
    "      --md5             print the MD5 of the upscaled samples\n"
    "      --cpumask LIST    instruction sets that may be used ('c': none)\n"
    "      --backend NAME    auto (default), cpu or hexagon\n"
    "      --hexagon-library FILE, --hexagon-skel-dir DIR, --hexagon-timeout-ms N\n"
    "                        for devices with a Qualcomm DSP, see 'qsr doctor --help'\n"
    "  -h, --help            this text\n"
    "\n"
    "OUT gets its name when it is complete: a broken or stopped run leaves nothing.\n";

const char qsr_help_models[] =
    "Usage: qsr models\n"
    "\n"
    "Lists the built-in models: multiply-accumulates per input pixel, size, and\n"
    "the mean PSNR in dB of luma on two sets of pictures, as their cards state it.\n";

const char qsr_help_verify[] =
    "Usage: qsr verify FILE.qsr ...\n"
    "\n"
    "Checks model files against every rule of the format, runs their self-test, and\n"
    "prints what they say of themselves. Exit code 1 if one is refused.\n";

const char qsr_help_info[] =
    "Usage: qsr info\n"
    "\n"
    "Shows versions, instruction sets, threads and built-in models. QSR_CPU_MASK\n"
    "in the environment restricts the instruction sets.\n";

const char qsr_help_bench[] =
    "Usage: qsr bench [OPTIONS]\n"
    "\n"
    "Upscales a generated I420 picture and prints the median time per frame.\n"
    "\n"
    "      --size WxH        input (default 960x540)\n"
    "      --frames N        measured frames (default 10)\n"
    "      --reuse           what copying saves where pictures stand still, in pairs\n"
    "      --clip FILE.y4m   ... on its pictures instead of generated ones\n"
    "  -s, --scale N         1.5, 2 (default), 3 or 4\n"
    "  -m, --model NAME      built-in model, or a .qsr file (default quicksrnet-small)\n"
    "  -t, --threads N       0 (default): all cores this process may use\n"
    "      --cpumask LIST    instruction sets that may be used ('c': none)\n"
    "      --backend NAME    auto (default), cpu or hexagon\n"
    "      --hexagon-library FILE, --hexagon-skel-dir DIR, --hexagon-timeout-ms N\n"
    "                        for devices with a Qualcomm DSP, see 'qsr doctor --help'\n"
    "  -h, --help            this text\n";

const char qsr_help_doctor[] =
    "Usage: qsr doctor [OPTIONS]\n"
    "\n"
    "Checks the built-in models and the instruction sets of this machine. With\n"
    "--hexagon: looks for a Qualcomm DSP step by step, runs a few frames on it and\n"
    "prints all that a report about a device needs. Exit code 1 if something fails.\n"
    "\n"
    "      --hexagon             look for a Hexagon DSP\n"
    "      --hexagon-library FILE\n"
    "                            FastRPC's library (default libcdsprpc.so)\n"
    "      --hexagon-skel-dir DIR\n"
    "                            folder of libqsr_skel_v*.so (default: as\n"
    "                            DSP_LIBRARY_PATH and the system have it)\n"
    "      --size WxH            of the frames (default 960x540)\n"
    "  -s, --scale N             1.5, 2 (default), 3 or 4\n"
    "  -m, --model NAME          built-in model, or a .qsr file\n"
    "  -t, --threads N           of the CPU; 0 (default): all it may use\n"
    "  -h, --help                this text\n";

const char qsr_help_eval[] =
    "Usage: qsr eval DIR [OPTIONS]\n"
    "       qsr eval --hr DIR --lr DIR [OPTIONS]\n"
    "\n"
    "Upscales small pictures and compares them with the large ones they were made of:\n"
    "PSNR and SSIM of luma, for each picture and their mean. DIR has the folders HR and\n"
    "x2/LR (x1.5/LR, ...), with PNG pictures of the same names in both.\n"
    "\n"
    "  -s, --scale N         1.5, 2 (default), 3 or 4\n"
    "  -m, --model NAME      built-in model, bicubic, fsr1, or a .qsr file\n"
    "                        (default quicksrnet-small)\n"
    "      --shave N         border left out in the second PSNR and in SSIM\n"
    "                        (default: the factor, rounded up)\n"
    "      --artefacts       the pattern left in flat parts and the flicker of a noisy\n"
    "                        still picture, beside bicubic's\n"
    "      --csv             comma-separated, with nine digits\n"
    "  -t, --threads N       0 (default): all cores this process may use\n"
    "      --cpumask LIST    instruction sets that may be used ('c': none)\n"
    "      --backend NAME    auto (default), cpu or hexagon\n"
    "      --hexagon-library FILE, --hexagon-skel-dir DIR, --hexagon-timeout-ms N\n"
    "                        for devices with a Qualcomm DSP, see 'qsr doctor --help'\n"
    "  -h, --help            this text\n";
