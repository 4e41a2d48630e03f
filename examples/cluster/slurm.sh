#!/bin/sh
# A Slurm job array, a task a log, and a merge when all are done.
#
#   slurm.sh LIST FOLDER REPORT.json     LIST has the name of a log a line; all in folders that all nodes share
#
# READING has the flags of scan, VERDICT those of merge. A task that is killed or requeued runs
# again and writes the same. If one fails for good there is no merge and no report: run it once more.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
list=$(realpath "$1") parts=$(realpath "$2") report=$(realpath -m "$3")
export READING="${READING:-}" VERDICT="${VERDICT:-}"
tasks=$(wc -l < "$list")

array=$(sbatch --parsable --requeue --export=ALL --job-name=typoaudit-scan --array="1-$tasks" \
  --output="$parts/%a.log" --open-mode=append \
  --wrap="sh '$here/task.sh' '$list' \$SLURM_ARRAY_TASK_ID '$parts'")

sbatch --parsable --requeue --export=ALL --job-name=typoaudit-merge --kill-on-invalid-dep=yes --dependency="afterok:$array" \
  --output="$parts/merge.log" \
  --wrap="cd '$parts' && typoaudit merge \$VERDICT --expect '$list' -o '$report' \$(seq -f %g.part 1 $tasks)"
